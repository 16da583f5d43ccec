package main_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// The invariant of docs/faults.md: whatever goes wrong, what was there stays as it
// was, to the byte and the mode, nothing new appears, a run that fails says why and what
// to do, and shows no secret.

// comesAlong are the names that a run may leave without having done anything: the
// lock, and the record of what was refused.
var comesAlong = []string{".ghauth.lock", "audit.log"}

// remedy is how all errors tell what to do; a fault of the spec shows the line that it is
// to be done in, and says what belongs there.
var remedy = regexp.MustCompile(`what to do: \S| line \d+`)

// pemLine is a whole line of a key, whosever it is (RFC 7468, section 2).
var pemLine = regexp.MustCompile(`[A-Za-z0-9+/]{64}`)

type pictureKey struct{}

// fails runs a command that has to fail with a status, hold the invariant, and tell a
// remedy: fails 75 CMD.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	if args[0] == "0" {
		ts.Fatalf("a command that fails has another status than 0")
	}
	before := picture(ts)
	exits(ts, neg, args)
	same(ts, before)
	said := ts.ReadFile("stderr")
	if !remedy.MatchString(said) {
		ts.Fatalf("%q tells no remedy", said)
	}
	if pemLine.MatchString(said) {
		ts.Fatalf("a key is shown")
	}
}

// remember keeps in mind what there is below the home.
func remember(ts *testscript.TestScript, _ bool, _ []string) {
	*ts.Value(pictureKey{}).(*map[string]string) = picture(ts)
}

// kept fails unless all below the home is what it was when it was remembered.
func kept(ts *testscript.TestScript, _ bool, _ []string) {
	before := *ts.Value(pictureKey{}).(*map[string]string)
	if len(before) == 0 {
		ts.Fatalf("nothing was remembered")
	}
	same(ts, before)
}

func same(ts *testscript.TestScript, before map[string]string) {
	after := picture(ts)
	names := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if before[name] != after[name] {
			ts.Fatalf("%s was %q and is %q", name, before[name], after[name])
		}
	}
}

// picture tells of all below the home what it is, but for the story's own files. The
// home is the one that the story is in, whatever HOME says.
func picture(ts *testscript.TestScript) map[string]string {
	seen := map[string]string{}
	ts.Check(filepath.WalkDir(filepath.Join(ts.Getenv("WORK"), "../.."), func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == ts.Getenv("WORK"):
			return filepath.SkipDir
		case slices.Contains(comesAlong, d.Name()):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		about := fmt.Sprintf("%v of %d", info.Mode(), info.Sys().(*syscall.Stat_t).Uid)
		switch info.Mode().Type() {
		case 0:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			about += fmt.Sprintf(" %x", sha256.Sum256(data))
		case os.ModeSymlink:
			to, _ := os.Readlink(path)
			about += " to " + to
		}
		seen[path] = about
		return nil
	}))
	return seen
}
