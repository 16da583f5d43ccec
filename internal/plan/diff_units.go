package plan

import (
	"fmt"
	"path/filepath"
	"slices"
)

// units gives the actions on units: those before the files change, those
// after, and what is to be told.
func (d differ) units(files []Action) (before, after []Action, notes []string) {
	linger, notes := d.linger()
	if d.observed.NoUnits != nil {
		return nil, linger, notes
	}
	changed := map[string]bool{}
	for _, a := range files {
		changed[a.Target] = a.Op != Chmod
	}
	masks := d.masks()
	var enables, starts []Action
	for _, want := range d.desired.Units {
		have := d.observed.unit(want.Name)
		switch {
		case d.desired.removes(want.Path):
			// What triggers goes before what it triggers, or that may start again.
			before = append(takeDown(have), before...)
		case want.Start && masks == nil:
			enables = append(enables, enable(have, want)...)
			starts = append(starts, start(have, want, changed[want.Path])...)
		}
	}
	return before, slices.Concat(d.reload(changed), enables, linger, starts), append(masks, notes...)
}

func enable(have, want Unit) []Action {
	if have.File == "enabled" {
		return nil
	}
	return []Action{{Op: Enable, Target: want.Path, Reason: "it is " + orNone(have.File)}}
}

func start(have, want Unit, changed bool) []Action {
	switch {
	case have.Active != "active":
		return []Action{{Op: Start, Target: want.Name, Reason: "it is " + orNone(have.Active)}}
	case changed:
		return []Action{{Op: Restart, Target: want.Name, Reason: "its file changes"}}
	case have.Sub == "elapsed": // systemd.timer(5) has no other way on from there
		return []Action{{Op: Restart, Target: want.Name, Reason: "it would not elapse again"}}
	}
	return nil
}

// reload makes the manager read the files again if one differs from what it
// has loaded, or will.
func (d differ) reload(changed map[string]bool) []Action {
	for _, want := range d.desired.Units {
		reason := ""
		switch {
		case changed[want.Path]:
			reason = filepath.Base(want.Path) + " changes"
		case d.observed.unit(want.Name).NeedReload:
			reason = want.Name + " has changed since it was loaded"
		default:
			continue
		}
		return []Action{{Op: Reload, Target: "systemd --user", Reason: reason}}
	}
	return nil
}

// masked reports whether path is the file of a unit that the operator has
// masked: then it is a link to /dev/null (systemctl(1), "mask").
func (d differ) masked(path string) bool {
	return slices.ContainsFunc(d.desired.Units, func(want Unit) bool {
		return want.Path == path && isMasked(d.observed.unit(want.Name))
	})
}

// masks tells of the units that are masked. Where one is, all are left as they
// are: a timer does not start either while its service is masked.
func (d differ) masks() (notes []string) {
	for _, want := range d.desired.Units {
		if isMasked(d.observed.unit(want.Name)) && !d.desired.removes(want.Path) {
			notes = append(notes, fmt.Sprintf("%s is masked: left as it is; to have it back: systemctl --user unmask %[1]s", want.Name))
		}
	}
	return notes
}

func isMasked(u Unit) bool { return u.Load == "masked" || u.File == "masked" }

// takeDown stops and disables a unit whose file is to go.
func takeDown(have Unit) (actions []Action) {
	if have.Active == "active" || have.Active == "activating" {
		actions = append(actions, Action{Op: Stop, Target: have.Name, Reason: "its file goes"})
	}
	if have.File == "enabled" {
		actions = append(actions, Action{Op: Disable, Target: have.Name, Reason: "its file goes"})
	}
	return actions
}

func (d differ) linger() (actions []Action, notes []string) {
	if d.desired.Linger != LingerOn {
		return nil, nil
	}
	switch d.observed.Linger {
	case LingerOff:
		actions = []Action{{Op: EnableLinger, Target: fmt.Sprintf("uid %d", d.desired.UID), Reason: "else the timer stops with the last session"}}
	case LingerDenied:
		notes = []string{fmt.Sprintf("linger is off, so the timer stops with your last session; an administrator has to run: loginctl enable-linger %d", d.desired.UID)}
	}
	return actions, notes
}

func orNone(state string) string {
	if state == "" {
		return "not there yet"
	}
	return state
}
