package plan

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Below a root, links lead where they would if the root were /.
func TestRootReal(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"var/home/u", "etc"} {
		if err := os.MkdirAll(at(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, at("etc/f"), "", 0o600)
	for path, target := range map[string]string{
		"home": "var/home", "abs": "/var/home", "etc/abs": "/var/home", "up": "../../../../../..", "var/home/u/f": "../../../etc/f",
		"host": t.TempDir(), "loop": "loop", "nowhere": "/none",
	} {
		symlink(t, target, at(path))
	}
	for _, test := range []struct {
		path   string
		follow bool
		want   string
	}{
		{"/", true, "/"},
		{"/etc/f", true, "/etc/f"},
		{"/home/u/new", false, "/var/home/u/new"},
		{"/abs/u/new/er", true, "/var/home/u/new/er"},
		{"/etc/abs/u", true, "/var/home/u"},
		{"/home/u/f", true, "/etc/f"},
		{"/home/u/f", false, "/var/home/u/f"},
		{"/up/etc/f", true, "/etc/f"},
		{"/../../etc/f", true, "/etc/f"},
		{"/etc/../../etc/f", true, "/etc/f"},
		{"/host", true, "/host"}, // what it leads to is on the host that runs alone
		{"/nowhere", true, "/nowhere"},
		{"/loop", true, "/loop"},
	} {
		got, err := Root(dir).Real(test.path, test.follow)
		if want := filepath.Join(dir, test.want); got != want || err != nil {
			t.Errorf("%s, follow %t: got %s, %v, want %s", test.path, test.follow, got, err, want)
		}
	}
	if got, err := Root(dir).Real("/host/f", false); err != nil || !strings.HasPrefix(got, dir+"/") {
		t.Errorf("a link to the host: got %s, %v, want a path in %s", got, err, dir)
	}
	if got, err := Root(dir).Real("/loop/f", false); !errors.Is(err, unix.ELOOP) {
		t.Errorf("a loop: got %s, %v, want %v", got, err, unix.ELOOP)
	}
}

// rooted asks for a bit of everything, in a host of which nothing but what is to
// be copied is on this one.
func rooted(t *testing.T) State {
	t.Helper()
	from := filepath.Join(t.TempDir(), "key")
	write(t, from, "key", 0o600)
	unit := Unit{Name: "a.timer", Path: "/home/u/units/a.timer", Start: true}
	return State{UID: os.Getuid(), Manifest: "/home/u/m/" + ManifestName, Keys: tokenEditor{}, Purge: true, Units: []Unit{unit}, Files: []File{
		{Path: "/home/u/m", Kind: Directory, Mode: 0o700},
		{Path: "/home/u/units", Kind: Directory, NewMode: 0o755},
		{Path: "/home/u/units/wants", Kind: Directory, NewMode: 0o755},
		{Path: "/home/u/m/key", Kind: Regular, Mode: 0o600, From: from, Privacy: Hidden, Secret: true},
		{Path: unit.Path, Kind: Regular, Mode: 0o644, Content: []byte("new"), Unit: unit.Name},
		{Path: "/home/u/edited", Kind: Regular, NewMode: 0o640, Edit: setTokens([]string{"k"}, "ours"), Keys: []string{"k"}},
		{Path: "/home/u/units/wants/a.timer", Kind: Link, Target: unit.Path, Unit: unit.Name},
	}}
}

// An apply beneath a root writes nowhere else, and a destroy gives it back.
func TestApplyBelowARoot(t *testing.T) {
	dir := t.TempDir()
	host := Host{Root: Root(dir), UnitsErr: errors.New("no systemd here")}
	if err := os.MkdirAll(filepath.Join(dir, "var/u/units"), 0o755); err != nil {
		t.Fatal(err)
	}
	symlink(t, "/var", filepath.Join(dir, "home"))
	write(t, filepath.Join(dir, "var/u/units/a.timer"), "old", 0o600)
	write(t, filepath.Join(dir, "var/edited"), "k=theirs;other=1", 0o600)
	symlink(t, "/var/edited", filepath.Join(dir, "var/u/edited"))
	desired := rooted(t)
	before := save(t, dir)
	p := carryOut(t, host, desired)
	for _, a := range p.Actions {
		if !within(a.Target, "/home/u") {
			t.Errorf("an action on %s", a.Target)
		}
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "var/u/m", ManifestName))
	if err != nil || strings.Contains(string(manifest), dir) {
		t.Errorf("the manifest names the root, or %v:\n%s", err, manifest)
	}
	if got, err := os.Readlink(filepath.Join(dir, "var/u/units/wants/a.timer")); got != "/home/u/units/a.timer" {
		t.Errorf("the link: got %q, %v", got, err)
	}
	if strings.Count(string(manifest), `"enabled": true`) != 1 {
		t.Errorf("the manifest does not say that the unit is enabled:\n%s", manifest)
	}
	if again := carryOut(t, host, desired); !again.Empty() {
		t.Errorf("a second apply: %q", actions(again))
	}
	for _, killed := range []string{"var/u/units/.a.timer123456", "var/.edited123456"} {
		write(t, filepath.Join(dir, killed), "", 0o600)
	}
	got := actions(carryOut(t, host, desired))
	slices.Sort(got)
	if want := []string{"remove /home/u/units/.a.timer123456", "remove /var/.edited123456"}; !slices.Equal(got, want) {
		t.Errorf("what was left by a kill: got %q, want %q", got, want)
	}
	prune(t, host, desired, dir, before)
}

// A link that stood there before an apply stays when all else goes, and its unit
// is known to have been enabled.
func TestApplyBelowARootWhereALinkStands(t *testing.T) {
	dir := t.TempDir()
	host := Host{Root: Root(dir), UnitsErr: errors.New("no systemd here")}
	if err := os.MkdirAll(filepath.Join(dir, "home/u/units/wants"), 0o755); err != nil {
		t.Fatal(err)
	}
	symlink(t, "/home/u/units/a.timer", filepath.Join(dir, "home/u/units/wants/a.timer"))
	write(t, filepath.Join(dir, "home/u/units/a.timer"), "old", 0o600)
	before, desired := save(t, dir), rooted(t)
	carryOut(t, host, desired)
	manifest, err := os.ReadFile(filepath.Join(dir, "home/u/m", ManifestName))
	if err != nil || strings.Count(string(manifest), `"enabled": true`) != 2 {
		t.Errorf("the manifest does not say that the unit was enabled, or %v:\n%s", err, manifest)
	}
	prune(t, host, desired, dir, before)
}

// To disable a timer takes away an empty directory of links, before its turn.
func TestPruneADirectoryThatWent(t *testing.T) {
	dir := t.TempDir()
	host := Host{Root: Root(dir), UnitsErr: errors.New("no systemd here")}
	if err := os.MkdirAll(filepath.Join(dir, "home/u"), 0o755); err != nil {
		t.Fatal(err)
	}
	before, desired := save(t, dir), rooted(t)
	carryOut(t, host, desired)
	desired.Files, desired.Units = nil, nil
	observed, err := Observe(t.Context(), host, desired)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Diff(observed, desired)
	if err == nil {
		err = os.RemoveAll(filepath.Join(dir, "home/u/units/wants"))
	}
	if err == nil {
		err = Apply(t.Context(), host, p, func(Action) {})
	}
	if got := save(t, dir); err != nil || !slices.Equal(got, before) {
		t.Errorf("%v\n got %v\nwant %v", err, got, before)
	}
}

// prune has all that was desired go, and wants the tree to be what it was.
func prune(t *testing.T, host Host, desired State, dir string, before []savedFile) {
	t.Helper()
	desired.Files, desired.Units = nil, nil
	carryOut(t, host, desired)
	if got := save(t, dir); !slices.Equal(got, before) {
		t.Errorf("after all is pruned:\n got %v\nwant %v", got, before)
	}
}

func carryOut(t *testing.T, host Host, desired State) Plan {
	t.Helper()
	observed, err := Observe(t.Context(), host, desired)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Diff(observed, desired)
	if err == nil {
		err = Apply(t.Context(), host, p, func(Action) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A link that somebody has made, or removed, is left.
func TestDiffLink(t *testing.T) {
	want := File{Path: "/wants/a", Kind: Link, Target: "/a", Unit: "a"}
	unit := File{Path: "/a", Kind: Regular, Mode: 0o600, Content: []byte("a"), Unit: "a"}
	enabled := Record{Path: "/a", Kind: OfFile, Mode: 0o600, SHA256: []string{Hash([]byte("a"))}, Unit: "a", Enabled: true}
	theirs := File{Path: "/wants/a", Kind: Link, Target: "/b"}
	for _, test := range []struct {
		name    string
		have    []File
		known   []Record
		want    []string
		refused string
	}{
		{"new", nil, nil, []string{"create /wants/a 0000"}, ""},
		{"there", []File{{Path: "/wants/a", Kind: Link, Target: "/a"}}, nil, nil, ""},
		{"to another", []File{theirs}, nil, nil, "/wants/a is not a link to /a"},
		{"a file", []File{regular("/wants/a", "")}, nil, nil, "/wants/a is not a link to /a"},
		{"disabled since", nil, []Record{enabled}, nil, ""},
		{"known as a file", nil, []Record{{Path: "/wants/a", Kind: OfFile}}, nil, "/wants/a is known to the manifest as another kind of thing (file)"},
	} {
		observed := State{Files: append(test.have, regular("/a", "a")), Known: Manifest{Records: test.known}}
		p, err := Diff(observed, State{UID: 1, Files: []File{unit, want}})
		if got := actions(p); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if (test.refused != "" || err != nil) && (err == nil || err.Error() != test.refused) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.refused)
		}
	}
}

// The link that enables a unit is no unit to be looked at.
func TestALinkIsNoUnit(t *testing.T) {
	p := Plan{Actions: []Action{{Op: Create, Target: "/wants/a", After: File{Kind: Link, Unit: "a"}}}}
	if p.WritesUnits() {
		t.Error("a link counts as a unit")
	}
}
