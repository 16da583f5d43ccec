package units

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

func TestPathsOf(t *testing.T) {
	t.Parallel()
	s := parse(t, "/home/u", fourLines)
	for executable, want := range map[string]string{
		"/home/u/Downloads/ghauth-provision":  "/home/u/.local/bin/ghauth-provision",
		"/home/u/.local/bin/ghauth-provision": "/home/u/.local/bin/ghauth-provision",
		"/tmp/ghauth-provision-v2":            "/home/u/.local/bin/ghauth-provision",
		"/usr/bin/ghauth-provision":           "/usr/bin/ghauth-provision",
		"/usr/local/bin/ghauth-provision":     "/usr/local/bin/ghauth-provision",
	} {
		if got := PathsOf(s, executable).Binary; got != want {
			t.Errorf("run as %s, units name %s, want %s", executable, got, want)
		}
	}
}

// The binary is copied to where units look for it, and stays there when it is
// run from there. A system's own is left to the system.
func TestBinary(t *testing.T) {
	t.Parallel()
	s := parse(t, "/home/u", fourLines)
	const own = "/home/u/.local/bin/ghauth-provision"
	for executable, want := range map[string]bool{
		"/home/u/Downloads/ghauth-provision": true,
		own:                                  true,
		"/usr/bin/ghauth-provision":          false,
	} {
		at := site("/home/u")
		at.Executable = executable
		wanted, err := Desired(s, at)
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, f := range wanted.Files {
			got = got || f.Path == own && f.From == executable
		}
		if got != want {
			t.Errorf("%s: copied: %v, want %v", executable, got, want)
		}
	}
}

// What is minted is told with what undoes it: the first app's login of gh, and
// every app's token.
func TestMinted(t *testing.T) {
	t.Parallel()
	undone := map[string]plan.Op{}
	for _, f := range desired(t, "/home/u", specs["three-apps"]).Files {
		if f.Kind == plan.Minted && f.Undo != "" {
			undone[filepath.Base(f.Path)] = f.Undo
		}
	}
	want := map[string]plan.Op{"config.yml": plan.ClearGH, "hosts.yml": plan.ClearGH, "github-token.gh": plan.LogOut, "github-token.env": plan.Revoke}
	apps := parse(t, "/home/u", specs["three-apps"]).Apps
	for _, app := range apps[1:] {
		want["github-token-"+app.Name+".env"] = plan.Revoke
	}
	if !maps.Equal(undone, want) {
		t.Errorf("got %v, want %v", undone, want)
	}
	off := desired(t, "/home/u", fourLines+"gh { enabled = false }\n")
	for _, f := range off.Files {
		if f.Undo == plan.LogOut || f.Undo == plan.ClearGH {
			t.Errorf("without gh: %s has %s", f.Path, f.Undo)
		}
	}
}

func TestWatched(t *testing.T) {
	t.Parallel()
	got := Watched("/u")
	if len(got.Files) != 0 || len(got.Units) != 2 || got.Units[0].Path != "/u/"+Service || got.Units[1].Path != "/u/"+Timer {
		t.Errorf("got %+v, want both units in /u and no files", got)
	}
}
