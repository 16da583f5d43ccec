package main_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A home is what stands in the home of a story, but for the story's own files; or in the
// directories that the variable CRASH_DIRS lists, and beside these, where it begins with
// .ghauth. Each has another base name.
type home struct {
	ts   *testscript.TestScript
	dirs []string
	kept string // copies
	// What the variable CRASH_VARIES matches is another one each time, or nil: the run
	// after it has to look whether it is whole.
	varies *regexp.Regexp
}

func homeOf(ts *testscript.TestScript) home {
	h := home{ts: ts, dirs: strings.Fields(cmp.Or(ts.Getenv("CRASH_DIRS"), ts.Getenv("HOME"))), kept: ts.MkAbs("kept")}
	if expr := ts.Getenv("CRASH_VARIES"); expr != "" {
		var err error
		h.varies, err = regexp.Compile(expr)
		ts.Check(err)
	}
	return h
}

// holds reports whether path is below one of the directories, or beside one.
func (h home) holds(path string) bool {
	return slices.ContainsFunc(h.dirs, func(dir string) bool {
		return strings.HasPrefix(path, dir+"/") || strings.HasPrefix(path, filepath.Dir(dir)+"/.ghauth")
	}) && !strings.Contains(path, "/script-")
}

// beside lists what a run may make beside the directories.
func (h home) beside() (paths []string) {
	for _, dir := range h.dirs {
		found, err := filepath.Glob(filepath.Dir(dir) + "/.ghauth*")
		h.ts.Check(err)
		paths = append(paths, found...)
	}
	return paths
}

// A snapshot holds the mode and the content of each file of a home, by its path in it.
type snapshot map[string]string

var (
	temporary = regexp.MustCompile(`/\.[^/]*[0-9]{6,}(/|$)`)
	// What differs from run to run: tokens, digests of them, and times, also since the boot.
	passing = regexp.MustCompile(`ghs_\w+|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[0-9:.]+Z|GHAUTH_TOKEN_UPTIME=.*`)
	ofToken = regexp.MustCompile(`/github-token[^/]*$`)
	// What grows with each run, or is encrypted anew, or gh's; and what says how far a run has come.
	vague    = regexp.MustCompile(`/(audit\.log|[^/]*\.(earlier|gh)|hosts\.yml|[^/]*\.cred)$`)
	progress = regexp.MustCompile(`/(ghauth-manifest\.json|\.ghauth-manifest\.json\.leaving)$`)
)

func (h home) look() snapshot {
	t := snapshot{}
	for _, dir := range append(h.beside(), h.dirs...) {
		h.lookAt(dir, t)
	}
	return t
}

func (h home) lookAt(dir string, t snapshot) {
	h.ts.Check(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || path == h.ts.Getenv("HOME") {
			return err
		}
		if strings.HasPrefix(d.Name(), "script-") {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() {
			t[path] = info.Mode().String()
			return err
		}
		data, err := os.ReadFile(path)
		if h.secret(data) && info.Mode().Perm() != 0o600 {
			h.ts.Fatalf("%s holds a secret, with mode %04o", path, info.Mode().Perm())
		}
		switch {
		case vague.MatchString(path), h.varies != nil && h.varies.MatchString(path):
			data = nil
		case ofToken.MatchString(path):
			data = passing.ReplaceAll(data, []byte("…"))
		}
		t[path] = fmt.Sprintf("%v %.12x", info.Mode(), sha256.Sum256(data))
		return err
	}))
}

// secret reports whether data holds a token that the stand-in knows, or a key.
func (h home) secret(data []byte) bool {
	for _, token := range cityOf(h.ts).server.Minted() {
		if bytes.Contains(data, []byte(token.Value)) {
			return true
		}
	}
	return bytes.Contains(data, []byte("PRIVATE KEY-----\nMII"))
}

// torn tells of a file that is neither as before nor as after, or that is gone
// though it stood before and after. Only a killed run may leave temporary files.
func (h home) torn(before, after snapshot, killed bool) string {
	now := h.look()
	for _, path := range slices.Sorted(maps.Keys(now)) {
		if temporary.MatchString(path) && killed || progress.MatchString(path) {
			continue
		}
		if got := now[path]; got != before[path] && got != after[path] {
			return fmt.Sprintf("%s is %s: was %q, and is to be %q", path, got, before[path], after[path])
		}
	}
	for path := range before {
		if now[path] == "" && after[path] != "" {
			return path + " is gone"
		}
	}
	return ""
}

// diff tells of each file that differs.
func (t snapshot) diff(want snapshot) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if t[path] != want[path] {
			fmt.Fprintf(&b, "%s: %q, want %q\n", path, t[path], want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(t)) {
		if want[path] == "" {
			fmt.Fprintf(&b, "%s: %q, want nothing\n", path, t[path])
		}
	}
	return b.String()
}

func (h home) save() {
	h.ts.Check(os.RemoveAll(h.kept))
	h.ts.Check(os.Mkdir(h.kept, 0o700))
	for _, dir := range h.dirs {
		if info, err := os.Stat(dir); err == nil {
			kept := filepath.Join(h.kept, filepath.Base(dir))
			h.ts.Check(os.Mkdir(kept, info.Mode().Perm()))
			h.copy(dir, kept)
		}
	}
}

func (h home) restore() {
	for _, path := range h.beside() {
		h.ts.Check(os.RemoveAll(path))
	}
	for _, dir := range h.dirs {
		kept := filepath.Join(h.kept, filepath.Base(dir))
		info, err := os.Stat(kept)
		if err != nil {
			h.ts.Check(os.RemoveAll(dir))
			continue
		}
		h.ts.Check(os.MkdirAll(dir, info.Mode().Perm()))
		for _, entry := range h.entries(dir) {
			h.ts.Check(os.RemoveAll(entry))
		}
		h.copy(kept, dir)
	}
}

func (h home) copy(from, to string) {
	if entries := h.entries(from); len(entries) > 0 {
		out, err := exec.Command("cp", append([]string{"-a", "-t", to}, entries...)...).CombinedOutput()
		if err != nil {
			h.ts.Fatalf("%v: %s", err, out)
		}
	}
}

func (h home) entries(dir string) (paths []string) {
	entries, err := os.ReadDir(dir)
	h.ts.Check(err)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "script-") {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}
