package plan

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

func (s *State) observeUnits(ctx context.Context, h Host, wanted []Unit) {
	if len(wanted) == 0 {
		return
	}
	s.NoUnits = h.UnitsErr
	if h.Units != nil {
		s.NoUnits = readsFrom(h.Units, filepath.Dir(wanted[0].Path))
	}
	for _, want := range wanted {
		if s.NoUnits != nil {
			break
		}
		u, err := h.Units.Unit(ctx, want.Name)
		s.Units = append(s.Units, Unit{Name: want.Name, Path: want.Path, Unit: u})
		s.NoUnits = err
	}
	if s.NoUnits != nil {
		s.NotChecked = append(s.NotChecked, "units: not checked: "+s.NoUnits.Error())
	}
}

// readsFrom refuses a manager that belongs to another home: it would not see
// the units.
func readsFrom(units Units, dir string) error {
	paths, err := units.UnitPath()
	if err != nil {
		return err
	}
	if !slices.Contains(paths, dir) {
		return fmt.Errorf("the running systemd --user reads no units from %s: check unit_dir and HOME", dir)
	}
	return nil
}

func (s *State) observeLinger(ctx context.Context, h Host, wanted Linger) {
	verb := "enable"
	if wanted != LingerOn {
		verb = "disable"
	}
	notChecked := func(err error) {
		s.NotChecked = append(s.NotChecked, fmt.Sprintf("linger: not checked: %v; run: loginctl %s-linger", err, verb))
	}
	if h.Login == nil {
		notChecked(h.LoginErr)
		return
	}
	switch on, err := h.Login.Linger(ctx); {
	case err != nil:
		notChecked(err)
	case on:
		s.Linger = LingerOn
	case h.Login.MaySetLinger(ctx):
		s.Linger = LingerOff
	default:
		s.Linger = LingerDenied
	}
}
