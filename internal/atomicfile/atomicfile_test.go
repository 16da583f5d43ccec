package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Fault: umask
func TestWriteModesHoldUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		for _, mode := range []fs.FileMode{0o600, 0o644, 0o755, 0o750 | fs.ModeSetuid, 0o640 | fs.ModeSetgid | fs.ModeSticky} {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
				t.Fatal(err)
			}
			old := unix.Umask(umask)
			err := Write(path, []byte("new"), mode)
			unix.Umask(old)
			if err != nil {
				t.Fatalf("umask %o: %v", umask, err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode(); got != mode {
				t.Errorf("umask %o: mode = %v, want %v", umask, got, mode)
			}
			if got, _ := os.ReadFile(path); string(got) != "new" {
				t.Errorf("umask %o: content = %q, want %q", umask, got, "new")
			}
		}
	}
}

// Fault: umask
func TestMkdirModesHoldUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		path := filepath.Join(t.TempDir(), "d")
		old := unix.Umask(umask)
		err := Mkdir(path, 0o700)
		unix.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := info.Mode(), fs.ModeDir|0o700; got != want {
			t.Errorf("umask %o: mode = %v, want %v", umask, got, want)
		}
	}
}

// A temporary file in $TMPDIR could lie on another file system, or in a
// directory that others may write to.
func TestWriteUsesTheTargetsDirectory(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "absent"))
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "f"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) != 1 || got[0] != "f" {
		t.Errorf("directory holds %q, want only f", got)
	}
}

// A failure keeps the old bytes and leaves no temporary file.
//
// Fault: disk-full
func TestWriteFailureKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := Write(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	small := unix.Rlimit{Cur: 4, Max: limit.Max}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	err := Write(path, []byte("longer than four bytes"), 0o600)
	if e := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); e != nil {
		t.Fatal(e)
	}
	if err == nil {
		t.Fatal("Write succeeded past the file size limit")
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("content = %q, want %q", got, "old")
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("directory holds %q, want only f", got)
	}
}

// Neither what a link leads to is changed, nor what has come up since, nor what is no
// file or directory.
func TestSetModeRefuses(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"target", "other"} {
		if err := os.WriteFile(path(name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("target", path("link")), unix.Mkfifo(path("fifo"), 0o644), os.Link(path("target"), path("hard"))); err != nil {
		t.Fatal(err)
	}
	p := at(t, dir)
	for name, was := range map[string]string{"link": "link", "fifo": "fifo", "hard": "other", "target": "link"} {
		if err := p.SetMode(name, 0o600, look(t, path(was))); err == nil {
			t.Errorf("SetMode took a %s for what was a %s", name, was)
		}
	}
	for _, name := range []string{"target", "fifo"} {
		if got := look(t, path(name)).Mode().Perm(); got != 0o644 {
			t.Errorf("%s has mode %v", name, got)
		}
	}
	if err := p.SetMode("target", 0o600, look(t, path("target"))); err != nil {
		t.Error(err)
	}
}

func TestRemoveTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d", "f")
	if err := Remove(path); err != nil {
		t.Errorf("removing a file in an absent directory: %v", err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// A directory is there with its mode, or not at all; what stands is left alone.
func TestMkdirIsAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "d")
	if err := Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Mkdir(path, 0o755); err == nil {
		t.Error("made twice")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode = %v, %v, want it left", info.Mode(), err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("directory holds %q, want only d", got)
	}
}
