package atomicfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func at(t *testing.T, dir string) *Place {
	t.Helper()
	p, err := At(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// Whatever comes to stand at its path, what is done in a place is done there.
func TestPlaceIsPinned(t *testing.T) {
	home := t.TempDir()
	dir, away, outside := filepath.Join(home, "d"), filepath.Join(home, "away"), filepath.Join(home, "outside")
	for _, path := range []string{dir + "/f", dir + "/.f123456", outside + "/f", outside + "/.f123456", outside + "/mode"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("old"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	before := list(t, outside)
	p := at(t, dir)
	if err := errors.Join(os.Rename(dir, away), os.Symlink(outside, dir)); err != nil {
		t.Fatal(err)
	}
	if err := p.Write("mode", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(
		p.Sweep("f"), p.Write("new", []byte("x"), 0o600), p.SetMode("mode", 0o600, look(t, away+"/mode")),
		p.NewDir("made", 0o700), p.NewLink("f", "link"), p.Delete("f"), p.append("log", []byte("x"), 0o600, 10), p.append("log", []byte("x"), 0o600, 1),
		p.Found(chain, "f", nil, 0o600))
	if err != nil {
		t.Error(err)
	}
	if after := list(t, outside); after != before {
		t.Errorf("what the link leads to is\n%s\nwant\n%s", after, before)
	}
	wantEntries(t, away, "a", "link", "log", "log.1", "made", "mode", "new")
}

func look(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// list gives what is in a directory, with modes.
func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(info.Mode().String() + " " + e.Name() + "\n")
	}
	return b.String()
}

// A link that has come up on the way is not followed, nor is one at the end.
func TestAtRealFollowsNoLink(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(home, "a/b/c"), 0o700), os.Symlink("a", filepath.Join(home, "link")), os.Symlink("b", filepath.Join(home, "a/link"))); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{"a/b/c": nil, "a/b": nil, "link/b/c": unix.ENOTDIR, "a/link/c": unix.ENOTDIR, "a/link": unix.ENOTDIR, "a/c": unix.ENOENT} {
		p, err := AtReal(filepath.Join(home, path))
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
		if err == nil {
			p.Close()
		}
	}
	if p, err := AtReal("/"); err != nil {
		t.Error(err)
	} else {
		p.Close()
	}
}

// Errors tell paths as their reader knows them.
func TestPlaceTells(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "d/in"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := at(t, dir)
	for what, err := range map[string]error{
		"write": p.Write("d", nil, 0o600), "mkdir": p.NewDir("d", 0o700), "link": p.NewLink("x", "d"), "remove": p.Delete("d"),
		"chmod": p.SetMode("absent", 0o600, nil), "move": p.Move("absent", p, "d"), "found": p.Found([]Dir{{"d", 0o700}}, "f", nil, 0o600),
		"append": p.append("d", nil, 0o600, 1),
	} {
		if err == nil || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "/proc/") {
			t.Errorf("%s: %v, want an error with %s in it", what, err, dir)
		}
	}
}

// Directories that hold something stay, and so do those above them.
func TestRemoveEmpty(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{"a/b/c", "x/y/z", "outside/b"} {
		if err := os.MkdirAll(filepath.Join(dir, path), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "x/f"), nil, 0o600), os.Symlink("outside", filepath.Join(dir, "l"))); err != nil {
		t.Fatal(err)
	}
	p := at(t, dir)
	for _, chain := range [][]string{{"a", "b", "c"}, {"x", "y", "z"}, {"l", "b"}, {"absent", "b"}} {
		if err := p.RemoveEmpty(chain); err != nil {
			t.Errorf("%q: %v", chain, err)
		}
	}
	wantEntries(t, dir, "l", "outside", "x")
	wantEntries(t, filepath.Join(dir, "x"), "f")
	wantEntries(t, filepath.Join(dir, "outside"), "b")
}
