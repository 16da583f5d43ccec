package plan

import (
	"errors"
	"slices"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

var errAway = errors.New("it is away")

func TestObserveUnits(t *testing.T) {
	t.Parallel()
	reads := func(dirs ...string) func() ([]string, error) {
		return func() ([]string, error) { return dirs, nil }
	}
	for _, test := range []struct {
		name  string
		host  Host
		units int // how many are observed
		note  string
	}{
		{"reached", Host{Units: &fakeUnits{unitPath: reads("/etc", "/u"), unit: known}}, 2, ""},
		{"not reached", Host{UnitsErr: errAway}, 0, "units: not checked: it is away"},
		{"of another home", Host{Units: &fakeUnits{unitPath: reads("/other"), unit: known}}, 0,
			"units: not checked: the running systemd --user reads no units from /u: check unit_dir and HOME"},
		{"gone before its paths", Host{Units: &fakeUnits{unitPath: func() ([]string, error) { return nil, errAway }}}, 0,
			"units: not checked: it is away"},
		{"gone before its units", Host{Units: &fakeUnits{unitPath: reads("/u"),
			unit: func(string) (systemd.Unit, error) { return systemd.Unit{}, errAway }}}, 1, "units: not checked: it is away"},
	} {
		desired := State{Units: []Unit{{Name: "a.service", Path: "/u/a.service"}, {Name: "a.timer", Path: "/u/a.timer", Start: true}}}
		got, err := Observe(t.Context(), test.host, desired)
		if err != nil {
			t.Fatal(err)
		}
		var notes []string
		if test.note != "" {
			notes = []string{test.note}
		}
		if len(got.Units) != test.units || (got.NoUnits != nil) != (test.note != "") || !slices.Equal(got.NotChecked, notes) {
			t.Errorf("%s: got %d units, %v, %q; want %d and %q", test.name, len(got.Units), got.NoUnits, got.NotChecked, test.units, test.note)
		}
		if test.units == 2 && (got.Units[1].Name != "a.timer" || got.Units[1].Active != "active a.timer") {
			t.Errorf("%s: got %+v", test.name, got.Units[1])
		}
	}
}

func known(name string) (systemd.Unit, error) { return systemd.Unit{Active: "active " + name}, nil }

// A state without units or linger, as for a tree that is no running host, asks
// nobody.
func TestObserveAsksNobody(t *testing.T) {
	t.Parallel()
	got, err := Observe(t.Context(), Host{UnitsErr: errAway, LoginErr: errAway}, State{})
	if err != nil || got.NoUnits != nil || len(got.NotChecked) != 0 {
		t.Errorf("got %+v, %v, want nothing", got, err)
	}
}

func TestObserveLinger(t *testing.T) {
	t.Parallel()
	login := func(on bool, err error, may bool) Host {
		return Host{Login: &fakeLogin{linger: func() (bool, error) { return on, err }, may: may}}
	}
	for _, test := range []struct {
		name string
		host Host
		want Linger
		note string
	}{
		{"on", login(true, nil, false), LingerOn, ""},
		{"off", login(false, nil, true), LingerOff, ""},
		{"off and denied", login(false, nil, false), LingerDenied, ""},
		{"not answered", login(false, errAway, true), LingerUnknown, "linger: not checked: it is away; run: loginctl enable-linger"},
		{"no logind", Host{LoginErr: errAway}, LingerUnknown, "linger: not checked: it is away; run: loginctl enable-linger"},
	} {
		got, err := Observe(t.Context(), test.host, State{Linger: LingerOn})
		if err != nil {
			t.Fatal(err)
		}
		var notes []string
		if test.note != "" {
			notes = []string{test.note}
		}
		if got.Linger != test.want || !slices.Equal(got.NotChecked, notes) {
			t.Errorf("%s: got %q, %q, want %q, %q", test.name, got.Linger, got.NotChecked, test.want, test.note)
		}
	}
}
