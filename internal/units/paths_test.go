package units

import "testing"

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

// The binary is copied to where units look for it, unless it is run from there,
// and only a copy is removed.
func TestBinary(t *testing.T) {
	t.Parallel()
	s := parse(t, "/home/u", fourLines)
	const own = "/home/u/.local/bin/ghauth-provision"
	for _, test := range []struct {
		executable   string
		copied, gone bool
	}{
		{"/home/u/Downloads/ghauth-provision", true, true},
		{own, false, true},
		{"/usr/bin/ghauth-provision", false, false},
	} {
		at := site("/home/u")
		at.Executable, at.Unedit = test.executable, at.Edit
		wanted, err := Desired(s, at)
		if err != nil {
			t.Fatal(err)
		}
		removed, err := Removed(s, at, false)
		if err != nil {
			t.Fatal(err)
		}
		copied, gone := false, false
		for _, f := range wanted.Files {
			copied = copied || f.Path == own && f.From == test.executable
		}
		for _, f := range removed.Files {
			gone = gone || f.Path == own
		}
		if copied != test.copied || gone != test.gone {
			t.Errorf("%s: copied: %v, removed: %v, want %v, %v", test.executable, copied, gone, test.copied, test.gone)
		}
	}
}

// A key that the spec itself keeps at the managed path is never removed.
func TestPurgeKeepsTheSpecsKey(t *testing.T) {
	t.Parallel()
	s := parse(t, "/home/u", fourLines)
	s.Apps[0].PrivateKey = "/home/u/.config/takopi/github-app.pem"
	removed, err := Removed(s, site("/home/u"), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range removed.Files {
		if f.Path == s.Apps[0].PrivateKey {
			t.Errorf("%s is removed", f.Path)
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
