package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// Root stays root where nobody else can have a part: whoever owns a directory on the way
// could show root a directory of root's, and then let it read an app env file of his own,
// which may name a command.
//
// Fault: root, neighbour
func TestRootIsNotLedOn(t *testing.T) {
	testneed.Root(t)
	const nobody = 65534
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path := func(name string) string { return filepath.Join(home, name) }
	for name, mode := range map[string]os.FileMode{"own/cfg": 0o700, "theirs/cfg": 0o700, "open/cfg": 0o700, "sticky/cfg": 0o700, "group/cfg": 0o700,
		"own": 0o755, "theirs": 0o755, "open": 0o757, "sticky": 0o777 | os.ModeSticky, "group": 0o775} {
		if err := errors.Join(os.MkdirAll(path(name), 0o700), os.Chmod(path(name), mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chown(path("theirs"), nobody, nobody), os.Chown(path("group"), 0, nobody),
		os.Symlink("../own/cfg", path("theirs/link")), os.Symlink("own/cfg", path("link"))); err != nil {
		t.Fatal(err)
	}
	// What is not there yet may come up as somebody else's.
	if _, err := (&world{}).becomeOwner(path("absent")); statusOf(err) != exitBadSetup {
		t.Errorf("absent: %v", err)
	}
	for name, want := range map[string]string{
		"own/cfg": "own/cfg", "sticky/cfg": "sticky/cfg",
		"link": "own/cfg", "theirs/link": "own/cfg", // and not by way of what can be changed
		"theirs/cfg": "", "open/cfg": "", "group/cfg": "",
	} {
		got, err := (&world{}).becomeOwner(path(name))
		if want == "" {
			if statusOf(err) != exitBadSetup || !strings.Contains(err.Error(), path(filepath.Dir(name))+",") {
				t.Errorf("%s: %v, want a refusal that names %s", name, err, filepath.Dir(name))
			}
		} else if err != nil || got != path(want) {
			t.Errorf("%s: %s, %v, want %s", name, got, err, path(want))
		}
	}
}
