package plan

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// A takopiWorld is a host where Takopi runs as a unit.
type takopiWorld struct {
	dir    string
	plugin fakePlugin
	units  fakeUnits
	unit   systemd.Unit
}

func newTakopiWorld(t *testing.T) *takopiWorld {
	w := &takopiWorld{dir: t.TempDir(), unit: systemd.Unit{Load: "loaded", Active: "active"}}
	w.plugin.state = PluginState{Dir: "/takopi", Reason: "it is not there"}
	w.units.unit = func(name string) (systemd.Unit, error) {
		if name != "takopi.service" {
			return systemd.Unit{}, errors.New("asked for " + name)
		}
		return w.unit, nil
	}
	return w
}

// wants is a state with a plugin, and with a value in Takopi's configuration, which
// Takopi rereads if that has another token.
func (w *takopiWorld) wants(value string) State {
	desired := wheelState(w.dir, "1.whl")
	desired.Keys, desired.TakopiUnit, desired.Files[0].Restart = tokenEditor{}, "takopi.service", "takopi.service"
	desired.Files = append(desired.Files, File{Path: filepath.Join(w.dir, "toml"), Kind: Regular, NewMode: 0o600, Keys: []string{"k"}, Edit: setTokens([]string{"k"}, value),
		Rereads: func(content []byte) bool { return strings.Contains(string(content), "watch=on") }})
	return desired
}

func (w *takopiWorld) nothing() State {
	return State{UID: os.Getuid(), Manifest: filepath.Join(w.dir, ManifestName), Keys: tokenEditor{}}
}

// plans plans, and gives what concerns Takopi.
func (w *takopiWorld) plans(t *testing.T, desired State) (p Plan, lines []string) {
	t.Helper()
	observed, err := Observe(t.Context(), Host{Plugin: &w.plugin, Units: &w.units}, desired)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = Diff(observed, desired); err != nil {
		t.Fatal(err)
	}
	for _, a := range p.Actions {
		if slices.Contains([]Op{InstallPlugin, UninstallPlugin, RestartTakopi, Revoke}, a.Op) {
			lines = append(lines, string(a.Op)+": "+a.Reason)
		}
	}
	return p, append(lines, p.Notes...)
}

// applies carries out what is planned, and the plugin then is as that left it.
func (w *takopiWorld) applies(t *testing.T, desired State) (lines []string) {
	t.Helper()
	p, lines := w.plans(t, desired)
	if err := Apply(t.Context(), Host{Plugin: &w.plugin, Units: &w.units}, p, func(Action) {}); err != nil {
		t.Fatal(err)
	}
	w.plugin.state.Reason, w.plugin.state.Installed = "", desired.Wheel != ""
	return lines
}

const (
	loads      = "restart Takopi: it loads plugins when it starts"
	afterwards = "once the plugin is installed, " + loads
	reads      = "restart Takopi: it reads its configuration when it starts"
	install    = "install plugin: it is not there"
	unloads    = "restart Takopi: it has the plugin loaded still"
	remove     = "uninstall plugin: nothing asks for it any more"
)

// TestRestartTakopi: a Takopi that runs is started anew for what it only finds when it
// starts, once, and by a destroy as well, which knows no spec.
func TestRestartTakopi(t *testing.T) {
	w := newTakopiWorld(t)
	wantLines(t, "the first", w.applies(t, w.wants("1")), []string{install, loads})
	if want := []string{"look", "install ", "restart takopi.service"}; !slices.Equal(w.plugin.told, want) {
		t.Errorf("%q, want %q", w.plugin.told, want)
	}
	wantLines(t, "again", w.applies(t, w.wants("1")), nil)
	wantLines(t, "another value", w.applies(t, w.wants("2")), []string{reads})
	write(t, filepath.Join(w.dir, "toml"), "watch=on;k=2", 0o600)
	wantLines(t, "another value, which is reread", w.applies(t, w.wants("3")), nil)
	unnamed := w.wants("4") // which a spec says no more
	unnamed.TakopiUnit, unnamed.Files[0].Restart = "", ""
	unnamed.Files[1].Rereads = func([]byte) bool { return false }
	_, lines := w.plans(t, unnamed)
	wantLines(t, "no unit", lines, nil)
	off := w.wants("3")
	off.Wheel, off.Files = "", off.Files[1:]
	p, lines := w.plans(t, off)
	wantLines(t, "off", lines, []string{remove, unloads})
	// Behind the removal nothing may come in between that fails.
	if i := slices.IndexFunc(p.Actions, func(a Action) bool { return a.Op == UninstallPlugin }); p.Actions[i+1].Op != RestartTakopi {
		t.Errorf("behind the removal comes %s", p.Actions[i+1].Op)
	}
	wantLines(t, "destroyed", w.applies(t, w.nothing()), []string{remove, unloads})
	wantLines(t, "and again", w.applies(t, w.nothing()), nil)
}

// TestTakopiDoesNotRun: a unit that does not run is not started; one that is none is
// told of each time, and so is that somebody has to restart Takopi.
func TestTakopiDoesNotRun(t *testing.T) {
	const noUnit = "restart_unit: there is no unit takopi.service to restart (it is %s); to see what there is: systemctl --user list-units --type=service"
	notFound, masked := fmt.Sprintf(noUnit, "not-found"), fmt.Sprintf(noUnit, "masked")
	for _, tt := range []struct {
		load, active         string
		want, again, removed []string
	}{
		{"loaded", "inactive", []string{install}, nil, []string{remove}},
		{"loaded", "failed", []string{install}, nil, []string{remove}},
		{"loaded", "activating", []string{install, loads}, nil, []string{remove, unloads}},
		{"not-found", "inactive", []string{install, afterwards, notFound}, []string{notFound}, []string{remove}},
		{"masked", "active", []string{install, afterwards, masked}, []string{masked}, []string{remove}},
	} {
		w := newTakopiWorld(t)
		w.unit = systemd.Unit{Load: tt.load, Active: tt.active}
		what := tt.load + " and " + tt.active
		wantLines(t, what, w.applies(t, w.wants("1")), tt.want)
		wantLines(t, what+", again", w.applies(t, w.wants("1")), tt.again)
		wantLines(t, what+", destroyed", w.applies(t, w.nothing()), tt.removed)
	}
}

// TestTakopiUnitIsNotChecked: where it cannot be looked at, that is told. Another
// home's manager is not asked.
func TestTakopiUnitIsNotChecked(t *testing.T) {
	w := newTakopiWorld(t)
	w.units.unit = func(string) (systemd.Unit, error) { return systemd.Unit{}, errAway }
	_, lines := w.plans(t, w.wants("1"))
	wantLines(t, "away", lines, []string{install, "Takopi's unit: not checked: it is away", afterwards})

	w = newTakopiWorld(t)
	w.units.unitPath = func() ([]string, error) { return []string{"/other"}, nil }
	desired := w.wants("1")
	desired.Units = []Unit{{Name: "a.timer", Path: "/u/a.timer"}}
	_, lines = w.plans(t, desired)
	wantLines(t, "another home's", lines, []string{install, "units: not checked: the running systemd --user reads no units from /u: check unit_dir and HOME", afterwards})
}
