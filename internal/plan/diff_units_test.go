package plan

import (
	"errors"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// The states of a timer, and of the service that it triggers, as systemd tells
// them.
var (
	waiting   = systemd.Unit{Load: "loaded", File: "enabled", Active: "active", Sub: "waiting"}
	static    = systemd.Unit{Load: "loaded", File: "static", Active: "inactive", Sub: "dead"}
	unknown   = systemd.Unit{Load: "not-found", Active: "inactive", Sub: "dead"}
	masked    = systemd.Unit{Load: "masked", File: "masked", Active: "inactive", Sub: "dead"}
	unmasked  = systemd.Unit{Load: "masked", File: "masked", Active: "inactive", Sub: "dead", NeedReload: true}
	unitFiles = []string{"/u/x.service", "/u/x.timer"}
)

func but(u systemd.Unit, change func(*systemd.Unit)) systemd.Unit {
	change(&u)
	return u
}

// world is a host with a service and a timer, whose files hold "new" where they
// are as they should be.
func world(service, timer systemd.Unit, contents ...string) State {
	s := State{Linger: LingerOn, Units: []Unit{{Name: "x.service", Unit: service}, {Name: "x.timer", Unit: timer}}}
	for i, content := range contents {
		if content != "" {
			s.Files = append(s.Files, regular(unitFiles[i], content))
		}
	}
	return s
}

// pair wants both units, or wants them gone.
func pair(kind Kind) State {
	s := State{UID: 1, Units: []Unit{{Name: "x.service", Path: unitFiles[0]}, {Name: "x.timer", Path: unitFiles[1], Start: true}}}
	for _, path := range unitFiles {
		s.Files = append(s.Files, File{Path: path, Kind: kind, Mode: 0o600, Content: []byte("new")})
	}
	if kind == Regular {
		s.Linger = LingerOn
	}
	return s
}

func TestDiffUnits(t *testing.T) {
	t.Parallel()
	const (
		createService, createTimer = "create /u/x.service 0600", "create /u/x.timer 0600"
		changeService, changeTimer = "change /u/x.service 0600", "change /u/x.timer 0600"
		reload, enable             = "reload systemd --user", "enable /u/x.timer"
		start, restart             = "start x.timer", "restart x.timer"
	)
	loose := world(static, waiting, "new", "new")
	loose.Files[1].Mode = 0o644
	for _, test := range []struct {
		name string
		have State
		want []string
	}{
		{"all new", world(unknown, unknown), []string{createService, createTimer, reload, enable, start}},
		{"as it should be", world(static, waiting, "new", "new"), nil},
		{"enabled but inactive", world(static, but(waiting, func(u *systemd.Unit) { u.Active = "inactive" }), "new", "new"), []string{start}},
		{"failed", world(static, but(waiting, func(u *systemd.Unit) { u.Active = "failed" }), "new", "new"), []string{"reset x.timer", start}},
		{"active but disabled", world(static, but(waiting, func(u *systemd.Unit) { u.File = "disabled" }), "new", "new"), []string{enable}},
		{"disabled", world(static, but(waiting, func(u *systemd.Unit) { u.File, u.Active = "disabled", "inactive" }), "new", "new"), []string{enable, start}},
		{"timer changed", world(static, waiting, "new", "old"), []string{changeTimer, reload, restart}},
		{"timer changed and inactive", world(static, but(waiting, func(u *systemd.Unit) { u.Active = "inactive" }), "new", "old"), []string{changeTimer, reload, start}},
		{"timer's file lost", world(static, waiting, "new", ""), []string{createTimer, reload, enable, restart}},
		{"timer's mode changed", loose, []string{"change mode /u/x.timer 0600"}},
		{"service changed", world(static, waiting, "old", "new"), []string{changeService, reload}},
		{"not loaded since", world(but(static, func(u *systemd.Unit) { u.NeedReload = true }), waiting, "new", "new"), []string{reload}},
		{"mask taken away, not loaded since", world(static, unmasked, "new"), []string{createTimer, reload, enable, start}},
		{"mask taken away from one that runs", world(static, but(unmasked, func(u *systemd.Unit) { u.Active = "active" }), "new"), []string{createTimer, reload, enable, restart}},
		{"mask taken away elsewhere", world(static, but(unmasked, func(u *systemd.Unit) { u.File, u.Active = "enabled", "active" }), "new", "new"), []string{reload, restart}},
		{"stuck", world(static, but(waiting, func(u *systemd.Unit) { u.Sub = "elapsed" }), "new", "new"), []string{restart}},
	} {
		p, err := Diff(test.have, pair(Regular))
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, actions(p), test.want)
		wantLines(t, test.name+", notes", p.Notes, nil)
		for _, a := range p.Actions {
			if a.Op == Reload && a.Reason == "" || a.Op == Enable && a.Reason == "" || a.Op == Start && a.Reason == "it is " {
				t.Errorf("%s: %s has no reason", test.name, a.Op)
			}
		}
	}
}

// A mask is the operator's word. Its link to /dev/null stands where the unit's
// file would.
func TestDiffMasked(t *testing.T) {
	t.Parallel()
	note := func(name string) []string {
		return []string{name + " is masked: left as it is; to have it back: systemctl --user unmask " + name}
	}
	link := func(s State, path string) State {
		s.Files = append(s.Files, File{Path: path, Kind: Other})
		return s
	}
	for _, test := range []struct {
		name  string
		have  State
		notes []string
	}{
		{"timer, by a link in place of its file", link(world(static, masked, "new"), "/u/x.timer"), note("x.timer")},
		{"timer, elsewhere", world(static, but(masked, func(u *systemd.Unit) { u.File = "masked-runtime" }), "new", "new"), note("x.timer")},
		{"timer, not loaded since", link(world(static, but(waiting, func(u *systemd.Unit) { u.File = "masked" }), "new"), "/u/x.timer"), note("x.timer")},
		{"service", link(world(masked, waiting, "", "new"), "/u/x.service"), note("x.service")},
		{"service, timer stopped", world(masked, static, "new", "new"), note("x.service")},
	} {
		p, err := Diff(test.have, pair(Regular))
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, actions(p), nil)
		wantLines(t, test.name+", notes", p.Notes, test.notes)
	}
	p, err := Diff(link(world(static, unmasked, "new"), "/u/x.timer"), pair(Regular))
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "masked, and all units are stale", actions(p), []string{"reload systemd --user"})
	wantLines(t, "masked, and all units are stale, notes", p.Notes, note("x.timer"))
	for _, service := range []systemd.Unit{static, masked} {
		_, err := Diff(link(world(service, waiting, "new"), "/u/x.timer"), pair(Regular))
		if _, ok := errors.AsType[*ConflictError](err); !ok {
			t.Errorf("a link that is no mask: got %v, want a conflict", err)
		}
	}
}

func TestDiffTakesUnitsDown(t *testing.T) {
	t.Parallel()
	const (
		removeService, removeTimer      = "remove /u/x.service", "remove /u/x.timer"
		stopService, stopTimer, disable = "stop x.service", "stop x.timer", "disable x.timer"
		reload                          = "reload systemd --user"
	)
	running := but(static, func(u *systemd.Unit) { u.Active = "activating" })
	for _, test := range []struct {
		name string
		have State
		want []string
	}{
		{"waiting", world(static, waiting, "x", "x"), []string{stopTimer, disable, removeService, removeTimer, reload}},
		{"running", world(running, waiting, "x", "x"), []string{stopTimer, disable, stopService, removeService, removeTimer, reload}},
		{"files lost", world(unknown, but(waiting, func(u *systemd.Unit) { u.File = "" })), []string{stopTimer}},
		{"gone", world(unknown, unknown), nil},
		{"masked", world(unknown, masked), nil},
	} {
		p, err := Diff(test.have, pair(Absent))
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, actions(p), test.want)
		wantLines(t, test.name+", notes", p.Notes, nil)
	}
}

func TestDiffWithoutSystemd(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Regular, Absent} {
		have := State{Linger: LingerOff, NoUnits: errAway, NotChecked: []string{"units: not checked: it is away"}}
		have.Files = []File{regular(unitFiles[0], "old"), regular(unitFiles[1], "old")}
		p, err := Diff(have, pair(kind))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"remove /u/x.service", "remove /u/x.timer"}
		if kind == Regular { // once the user lingers, systemd is there
			want = []string{"change /u/x.service 0600", "change /u/x.timer 0600", "enable linger uid 1"}
		}
		wantLines(t, string(kind), actions(p), want)
		wantLines(t, string(kind)+", notes", p.Notes, have.NotChecked)
	}
}

func TestDiffLinger(t *testing.T) {
	t.Parallel()
	denied := "linger is off, so the timer stops with your last session; an administrator has to run: loginctl enable-linger 1"
	for _, test := range []struct {
		have, want Linger
		plan       []string
		notes      []string
	}{
		{LingerOn, LingerOn, nil, nil},
		{LingerOff, LingerOn, []string{"enable linger uid 1"}, nil},
		{LingerDenied, LingerOn, nil, []string{denied}},
		{LingerUnknown, LingerOn, nil, nil}, // told as not checked
		{LingerOff, LingerUnknown, nil, nil},
		{LingerDenied, LingerUnknown, nil, nil},
	} {
		p, err := Diff(State{Linger: test.have}, State{UID: 1, Linger: test.want})
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, string(test.have+", "+test.want), actions(p), test.plan)
		wantLines(t, string(test.have+", "+test.want)+", notes", p.Notes, test.notes)
	}
}
