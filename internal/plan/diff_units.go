package plan

import (
	"fmt"
	"path/filepath"
	"slices"
)

// units gives the actions on units: those before the files change, those
// after, and what is to be told.
func (d *differ) units(files []Action) (before, after []Action, notes []string) {
	linger, notes := d.linger()
	if d.observed.NoUnits != nil {
		return nil, linger, notes
	}
	changed := map[string]bool{}
	for _, a := range files {
		changed[a.Target] = a.Op != Chmod
	}
	masks := d.masks()
	notes = slices.Concat(masks, notes, d.dropIns())
	var enables, starts []Action
	for _, want := range d.allUnits() {
		have := d.observed.unit(want.Name)
		_, stays := d.wanted[want.Path]
		switch rec := d.known[want.Path]; {
		case d.removes(want.Path) || !stays && rec.Path != "":
			// What triggers goes before what it triggers, or that may start again.
			down, up := takeDown(have, rec, changed[want.Path])
			before, starts = append(down, before...), append(starts, up...)
		case masks != nil:
		case !want.Start:
			starts = append(starts, stopStale(have, want, changed)...)
		case d.leftDisabled(want):
			notes = append(notes, fmt.Sprintf("%s is disabled although an apply enabled it: left as it is; to have it back: %s enable --now %[1]s", want.Name, d.systemctl()))
		default:
			enables = append(enables, enable(have, want, d.at(want.Path).Kind == Absent)...)
			starts = append(starts, start(have, want, changed[want.Path])...)
		}
	}
	return before, slices.Concat(d.reload(changed), enables, linger, starts), notes
}

// allUnits are those that are desired, and those that the manifest knows of.
func (d *differ) allUnits() []Unit {
	return slices.Concat(d.desired.Units, d.observed.Known.units(d.desired.Units))
}

// units gives the units that m knows of, but for those of known.
func (m Manifest) units(known []Unit) (more []Unit) {
	for _, rec := range m.Records {
		if rec.Unit != "" && !slices.ContainsFunc(known, func(u Unit) bool { return u.Name == rec.Unit }) {
			more = append(more, Unit{Name: rec.Unit, Path: rec.Path})
		}
	}
	return more
}

// leftDisabled reports whether somebody has disabled a unit that an apply
// enabled. One whose file is lost was not disabled on purpose.
func (d *differ) leftDisabled(want Unit) bool {
	return d.known[want.Path].Enabled && d.observed.unit(want.Name).File == "disabled" && d.at(want.Path).Kind != Absent
}

// enabledAfter reports whether the unit is enabled once the plan is carried out.
func (d *differ) enabledAfter(name string) bool {
	if d.linkOf(name).Path != "" {
		return true
	}
	if d.observed.NoUnits != nil || d.masks() != nil {
		return false
	}
	return slices.ContainsFunc(d.desired.Units, func(u Unit) bool { return u.Name == name && u.Start })
}

// enable enables a unit that is not. Of one whose file is lost systemd may go on
// saying that it is, until it is told to reload.
func enable(have, want Unit, lost bool) []Action {
	switch {
	case have.File == "enabled" && lost:
		return []Action{{Op: Enable, Target: want.Path, Reason: "its file was lost"}}
	case have.File == "enabled":
		return nil
	case have.Load == "masked":
		return []Action{{Op: Enable, Target: want.Path, Reason: "it was masked"}}
	}
	return []Action{{Op: Enable, Target: want.Path, Reason: "it is " + orNone(have.File)}}
}

func start(have, want Unit, changed bool) []Action {
	switch {
	case have.Load == "masked" && have.Active == "active":
		return []Action{{Op: Restart, Target: want.Name, Reason: "it is no longer masked"}}
	case have.Active == "failed": // which may have been the start limit (systemd.unit(5))
		return []Action{{Op: ResetFailed, Target: want.Name, Reason: "it has failed"}, {Op: Start, Target: want.Name, Reason: "it has failed"}}
	case have.Active != "active":
		return []Action{{Op: Start, Target: want.Name, Reason: "it is " + orNone(have.Active)}}
	case changed:
		return []Action{{Op: Restart, Target: want.Name, Reason: "its file changes"}}
	case have.Sub == "elapsed": // systemd.timer(5) has no other way on from there
		return []Action{{Op: Restart, Target: want.Name, Reason: "it would not elapse again"}}
	}
	return nil
}

// stopStale stops a unit that runs by what is no longer so.
func stopStale(have, want Unit, changed map[string]bool) []Action {
	for _, path := range append([]string{want.Path}, want.Reads...) {
		if have.Active == "active" && len(want.Reads) > 0 && changed[path] {
			return []Action{{Op: Stop, Target: want.Name, Reason: filepath.Base(path) + " changes; what needs it starts it again"}}
		}
	}
	return nil
}

// systemctl is how the operator speaks to the manager.
func (d *differ) systemctl() string {
	if d.desired.System {
		return "systemctl"
	}
	return "systemctl --user"
}

// reload makes the manager read the files again if one differs from what it
// has loaded, or will.
func (d *differ) reload(changed map[string]bool) []Action {
	for _, want := range d.allUnits() {
		reason := ""
		switch {
		case changed[want.Path]:
			reason = filepath.Base(want.Path) + " changes"
		case d.observed.unit(want.Name).NeedReload:
			reason = want.Name + " has changed since it was loaded"
		default:
			continue
		}
		target := "systemd --user"
		if d.desired.System {
			target = "systemd"
		}
		return []Action{{Op: Reload, Target: target, Reason: reason}}
	}
	return nil
}

// masked reports whether path is the file of a unit that the operator has
// masked: then it is a link to /dev/null (systemctl(1), "mask").
func (d *differ) masked(path string) bool {
	return slices.ContainsFunc(d.desired.Units, func(want Unit) bool {
		return want.Path == path && d.isMasked(want)
	})
}

// masks tells of the units that are masked. Where one is, all are left as they
// are: a timer does not start either while its service is masked.
func (d *differ) masks() (notes []string) {
	for _, want := range d.desired.Units {
		if d.isMasked(want) && !d.removes(want.Path) {
			notes = append(notes, fmt.Sprintf("%s is masked: left as it is; to have it back: %s unmask %[1]s", want.Name, d.systemctl()))
		}
	}
	return notes
}

// dropIns tells of files that change a unit beside its own. They are the
// operator's, or the distribution's: to stay, and no change to make.
func (d *differ) dropIns() (notes []string) {
	for _, want := range d.desired.Units {
		for _, path := range d.observed.unit(want.Name).DropIns {
			notes = append(notes, fmt.Sprintf("drop-in %s changes %s: left as it is", path, want.Name))
		}
	}
	return notes
}

// isMasked reports whether a unit is masked. One that the manager has loaded so, and
// would load again, is none if no link stands in its place: that was taken away since,
// and what the manager says of the file may be as old.
func (d *differ) isMasked(want Unit) bool {
	u := d.observed.unit(want.Name)
	if u.Load == "masked" && d.at(want.Path).Kind != Other {
		return !u.NeedReload
	}
	return u.Load == "masked" || u.File == "masked"
}

// takeDown stops and disables a unit whose file is to go. One that was enabled
// before us stays so, and runs on with its own file, which comes back.
func takeDown(have Unit, rec Record, changed bool) (down, up []Action) {
	active := have.Active == "active" || have.Active == "activating"
	if rec.Was != nil && rec.Was.Enabled {
		if active && changed {
			up = []Action{{Op: Restart, Target: have.Name, Reason: "its earlier file is back"}}
		}
		return nil, up
	}
	if active {
		down = append(down, Action{Op: Stop, Target: have.Name, Reason: "its file goes"})
	}
	if have.File == "enabled" {
		down = append(down, Action{Op: Disable, Target: have.Name, Reason: "its file goes"})
	}
	return down, nil
}

func (d *differ) linger() (actions []Action, notes []string) {
	user := fmt.Sprintf("uid %d", d.desired.UID)
	switch {
	case d.desired.Linger != LingerOn && !d.observed.Known.Linger:
	case d.desired.Linger != LingerOn && d.observed.Linger == LingerOn:
		actions = []Action{{Op: DisableLinger, Target: user, Reason: "an apply turned it on"}}
	case d.desired.Linger != LingerOn:
	case d.observed.Linger == LingerOff:
		actions = []Action{{Op: EnableLinger, Target: user, Reason: "else the timer stops with the last session"}}
	case d.observed.Linger == LingerDenied:
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
