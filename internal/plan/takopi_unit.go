package plan

import (
	"context"
	"fmt"
	"slices"
)

const loadsAtStart = "it loads plugins when it starts"

// observeTakopiUnit looks at the unit that is Takopi.
func (s *State) observeTakopiUnit(ctx context.Context, h Host, desired State) {
	name := s.takopiUnit(desired)
	if name == "" || h.Units == nil || s.NoUnits != nil {
		return
	}
	u, err := h.Units.Unit(ctx, name)
	if err != nil {
		s.NotChecked = append(s.NotChecked, "Takopi's unit: not checked: "+err.Error())
		return
	}
	s.Takopi = Unit{Name: name, Unit: u}
}

// takopiUnit names the unit that is desired, or, where no plugin is, that of the one
// that is to go.
func (s *State) takopiUnit(desired State) string {
	if desired.TakopiUnit == "" && desired.Wheel == "" {
		for _, rec := range s.Known.Records {
			if rec.Restart != "" {
				return rec.Restart
			}
		}
	}
	return desired.TakopiUnit
}

// TakopiIsUnit reports whether Takopi is a unit that the service manager knows, be it
// running or not: then nobody has to be told to restart it.
func (s State) TakopiIsUnit() bool { return s.Takopi.Load == "loaded" }

// restartTakopi starts Takopi anew where it is a unit that runs: one that does not
// finds all as it is to be when it starts.
func (d *differ) restartTakopi() []Action {
	reason, unit := d.stale(), d.observed.Takopi
	if reason == "" || !d.observed.TakopiIsUnit() || !slices.Contains([]string{"active", "activating", "reloading"}, unit.Active) {
		return nil
	}
	return []Action{{Op: RestartTakopi, Target: unit.Name, Reason: reason}}
}

// stale says why a Takopi that runs is not as it is to be, or nothing.
func (d *differ) stale() string {
	unread := func(a Action) bool {
		return (a.Op == Create || a.Op == Change) && a.After.Rereads != nil && !a.After.Rereads(a.After.Content)
	}
	switch {
	case turns(d.undo, UninstallPlugin):
		return "it has the plugin loaded still"
	case d.desired.Wheel != "" && d.observed.Plugin.Reason != "":
		return loadsAtStart
	case slices.ContainsFunc(d.files, unread):
		return "it reads its configuration when it starts"
	}
	return ""
}

// noTakopiUnit tells that the unit that is desired is none.
func (d *differ) noTakopiUnit() []string {
	unit := d.observed.Takopi
	if unit.Name == "" || d.observed.TakopiIsUnit() || d.desired.TakopiUnit == "" {
		return nil
	}
	return []string{fmt.Sprintf("restart_unit: there is no unit %s to restart (it is %s); to see what there is: %s list-units --type=service", unit.Name, unit.Load, d.systemctl())}
}
