package plan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakePlugin is a Takopi's environment of which a test gives the state.
type fakePlugin struct {
	state   PluginState
	err     error // of a look
	failing error // of an install, and of an uninstall
	told    []string
}

func (f *fakePlugin) Look() (PluginState, error) {
	f.told = append(f.told, "look")
	return f.state, f.err
}
func (f *fakePlugin) Install(context.Context) error {
	f.tell("install", "")
	return f.failing
}
func (f *fakePlugin) tell(verb, what string) error {
	f.told = append(f.told, verb+" "+what)
	return f.err
}
func (f *fakePlugin) Restart(_ context.Context, unit string) error {
	return f.tell("restart", unit)
}
func (f *fakePlugin) Uninstall(_ context.Context, wheel string) error {
	f.tell("uninstall", wheel)
	return f.failing
}

// wheelState asks for a wheel in dir, and for a plugin.
func wheelState(dir, name string) State {
	wheel := filepath.Join(dir, name)
	return State{UID: os.Getuid(), Manifest: filepath.Join(dir, ManifestName), Wheel: wheel,
		Files: []File{{Path: wheel, Kind: Regular, Mode: 0o644, Content: []byte(name), Privacy: Hidden, Undo: UninstallPlugin}}}
}

// through plans for a host with p and carries the plan out.
func through(t *testing.T, p Plugin, desired State) []string {
	t.Helper()
	plan := planFor(t, p, desired)
	if err := Apply(t.Context(), Host{Plugin: p}, plan, func(Action) {}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range actions(plan) {
		if !strings.Contains(line, ManifestName) {
			lines = append(lines, strings.ReplaceAll(line, filepath.Dir(desired.Manifest)+"/", ""))
		}
	}
	return lines
}

// TestPlugin installs a plugin, gives it another wheel, and takes it away.
func TestPlugin(t *testing.T) {
	dir := t.TempDir()
	p := &fakePlugin{state: PluginState{Dir: "/takopi", Reason: "it is not there"}}
	wantLines(t, "the first", through(t, p, wheelState(dir, "1.whl")),
		[]string{"create 1.whl 0644", "install plugin /takopi"})
	wantLines(t, "what was done", p.told, []string{"look", "install "})

	p.state = PluginState{Dir: "/takopi", Installed: true}
	wantLines(t, "the second", through(t, p, wheelState(dir, "1.whl")), nil)

	p.state.Reason = "it is another version"
	wantLines(t, "another wheel", through(t, p, wheelState(dir, "2.whl")),
		[]string{"create 2.whl 0644", "install plugin /takopi", "remove 1.whl"})

	// A wheel that somebody has removed is no reason to leave the plugin there.
	p.told = nil
	if err := os.Remove(filepath.Join(dir, "2.whl")); err != nil {
		t.Fatal(err)
	}
	nothing := State{UID: os.Getuid(), Manifest: filepath.Join(dir, ManifestName)}
	wantLines(t, "nothing", through(t, p, nothing), []string{"uninstall plugin 2.whl"})
	wantLines(t, "what was undone", p.told, []string{"look", "uninstall " + filepath.Join(dir, "2.whl")})
	p.told = nil
	wantLines(t, "nothing again", through(t, p, nothing), nil)
	wantLines(t, "with nothing known", p.told, nil)
}

// TestWheelStays: the wheel that uv goes by is there until another one is installed,
// however often that fails, and then it goes. Off again, two of them are one plugin.
func TestWheelStays(t *testing.T) {
	dir := t.TempDir()
	first, second := wheelState(dir, "1.whl"), wheelState(dir, "2.whl")
	p := &fakePlugin{state: PluginState{Dir: "/takopi", Reason: "it is not there"}}
	through(t, p, first)
	p.state = PluginState{Dir: "/takopi", Installed: true, Wheel: first.Wheel, Reason: "it is another version"}
	for range 2 {
		p.failing = errors.New("uv fails")
		if err := Apply(t.Context(), Host{Plugin: p}, planFor(t, p, second), func(Action) {}); !errors.Is(err, p.failing) {
			t.Fatal(err)
		}
		p.failing = nil
		p.state.Reason = "" // what a look says of one that cannot be installed
		through(t, p, second)
		for _, wheel := range []string{first.Wheel, second.Wheel} {
			if _, err := os.Stat(wheel); err != nil {
				t.Error(err)
			}
		}
		wantLines(t, "and then", through(t, p, second), nil)
		p.state.Reason = "it is another version"
	}
	off := State{UID: os.Getuid(), Manifest: second.Manifest}
	p.state.Reason = "" // nobody asks what is wanted
	wantLines(t, "off", actions(planFor(t, p, off)),
		[]string{"uninstall plugin " + first.Wheel, "remove " + first.Wheel, "remove " + second.Wheel, "remove " + off.Manifest})
	p.state.Reason = "it is another version"
	wantLines(t, "at last", through(t, p, second), []string{"install plugin /takopi", "remove 1.whl"})
}

// TestWheelStaysInstalled: where the plugin cannot be taken out, all else goes but the
// program that is to do it later; the wheel goes with the plugin, when that does.
func TestWheelStaysInstalled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ours")
	desired := wheelState(dir, "1.whl")
	desired.Files = append([]File{{Path: dir, Kind: Directory, Mode: 0o700}, {Path: filepath.Join(dir, "token"), Kind: Regular, Mode: 0o600, Content: []byte("x")},
		{Path: filepath.Join(dir, "program"), Kind: Regular, Mode: 0o700, Content: []byte("x")}}, desired.Files...)
	p := &fakePlugin{state: PluginState{Dir: "/takopi", Reason: "it is not there"}}
	through(t, p, desired)
	p.state = PluginState{Dir: "/takopi", Installed: true, Wheel: desired.Wheel}
	nothing := State{UID: os.Getuid(), Manifest: desired.Manifest, Program: filepath.Join(dir, "program")}
	p.failing = errors.New("uv fails")
	if err := Apply(t.Context(), Host{Plugin: p}, planFor(t, p, nothing), func(Action) {}); !errors.Is(err, p.failing) {
		t.Fatal(err)
	}
	p.failing, p.state.Failed = nil, true
	wantLines(t, "the rest", through(t, p, nothing), []string{"remove token"})
	wantLines(t, "in the same run", through(t, p, nothing), nil)
	p.state.Failed = false
	wantLines(t, "at last", through(t, p, nothing), []string{"uninstall plugin 1.whl", "remove program", "remove 1.whl", "remove " + dir})
}

// planFor plans for a host with p.
func planFor(t *testing.T, p Plugin, desired State) Plan {
	t.Helper()
	observed, err := Observe(t.Context(), Host{Plugin: p}, desired)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Diff(observed, desired)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestPluginIsNotThere: where Takopi is gone, only the wheel goes.
func TestPluginIsNotThere(t *testing.T) {
	dir := t.TempDir()
	p := &fakePlugin{state: PluginState{Notes: []string{"left to you"}}}
	wantLines(t, "the first", through(t, p, wheelState(dir, "1.whl")), []string{"create 1.whl 0644"})
	wantLines(t, "nothing", through(t, p, State{UID: os.Getuid(), Manifest: filepath.Join(dir, ManifestName)}), []string{"remove 1.whl"})

	// Beneath a root there is nobody to look, and nothing to undo.
	wantLines(t, "an image", through(t, nil, wheelState(dir, "1.whl")), []string{"create 1.whl 0644"})
	wantLines(t, "no image", through(t, nil, State{UID: os.Getuid(), Manifest: filepath.Join(dir, ManifestName)}), []string{"remove 1.whl"})
}

// TestPluginNotes: what is left to the operator is told, and after an install
// that Takopi has to be restarted.
func TestPluginNotes(t *testing.T) {
	for reason, want := range map[string]string{
		"":                "a note",
		"it is not there": "a note|once the plugin is installed, restart Takopi: it loads plugins when it starts",
	} {
		p := planFor(t, &fakePlugin{state: PluginState{Reason: reason, Notes: []string{"a note"}}}, wheelState(t.TempDir(), "1.whl"))
		if got := strings.Join(p.Notes, "|"); got != want {
			t.Errorf("%q: %q", reason, got)
		}
	}
	_, err := Observe(t.Context(), Host{Plugin: &fakePlugin{err: errors.New("no")}}, wheelState(t.TempDir(), "1.whl"))
	if err == nil {
		t.Error("an environment that cannot be read is passed over")
	}
}

// TestEnvironment: where the plugin was installed is known from the manifest, and a record
// of before is completed.
func TestEnvironment(t *testing.T) {
	desired := wheelState(t.TempDir(), "1.whl")
	p := &fakePlugin{state: PluginState{Dir: "/tools/takopi"}}
	for _, want := range []string{"", "/tools/takopi"} {
		desired.Files[0].Environment = want
		through(t, p, desired)
		if got := Environment("", desired.Manifest); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if err := os.WriteFile(desired.Manifest, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Environment("", desired.Manifest); got != "" {
		t.Errorf("of a broken manifest: %q", got)
	}
}
