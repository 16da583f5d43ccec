package plan

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func observeOne(t *testing.T, want File) File {
	t.Helper()
	s, err := Observe(t.Context(), Host{}, State{Files: []File{want}})
	if err != nil {
		t.Fatal(err)
	}
	return s.Files[0]
}

func TestObserveKinds(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("file"), "x\n", 0o640)
	write(t, at("directory/f"), "", 0o600)
	symlink(t, "file", at("link"))
	symlink(t, "directory", at("link-to-directory"))
	symlink(t, "nowhere", at("dangling"))
	symlink(t, "loop", at("loop"))
	// Opened without care, a FIFO that has no writer blocks for ever.
	if err := unix.Mkfifo(at("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	symlink(t, "fifo", at("link-to-fifo"))
	socket, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(socket)
	t.Chdir(dir) // a socket's path holds 107 bytes at most
	if err := unix.Bind(socket, &unix.SockaddrUnix{Name: "socket"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name         string
		kind, follow Kind // not followed, and followed
	}{
		{"absent", Absent, Absent},
		{"file", Regular, Regular},
		{"file/below", Absent, Absent},
		{"directory", Directory, Directory},
		{"link", Other, Regular},
		{"link-to-directory", Other, Directory},
		{"dangling", Other, Other},
		{"loop", Other, Other},
		{"fifo", Other, Other},
		{"link-to-fifo", Other, Other},
		{"socket", Other, Other},
	} {
		if got := observeOne(t, File{Path: at(test.name), Kind: Regular}); got.Kind != test.kind || got.Path != at(test.name) {
			t.Errorf("%s: got %s at %s, want %s", test.name, got.Kind, got.Path, test.kind)
		}
		edited := File{Path: at(test.name), Kind: Regular, Edit: appendLine("")}
		if got := observeOne(t, edited); got.Kind != test.follow || got.Path != at(test.name) {
			t.Errorf("%s, followed: got %s at %s, want %s", test.name, got.Kind, got.Path, test.follow)
		}
	}
	if got := observeOne(t, File{Path: "/dev/zero", Kind: Regular}); got.Kind != Other {
		t.Errorf("/dev/zero: got %s, want %s", got.Kind, Other)
	}
}

// A file may become a FIFO after it was looked at, and one that somebody holds open has
// no end.
func TestReadNeverBlocks(t *testing.T) {
	for _, held := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "fifo")
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if held {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
		}
		for what, open := range map[string]func() error{
			"look":     func() error { _, _, err := read(path, path, true); return err },
			"copy":     func() error { _, err := copyOf(path, ""); return err },
			"manifest": func() error { _, err := readManifest(&File{real: path}); return err },
		} {
			done := make(chan error, 1)
			go func() { done <- open() }()
			select {
			case err := <-done:
				if err == nil {
					t.Errorf("%s: took a FIFO", what)
				}
			case <-time.After(10 * time.Second):
				t.Errorf("%s: a FIFO blocks, held open: %v", what, held)
			}
		}
	}
}

func TestObserveFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	write(t, path, "content\n", 0o640)
	if err := os.Link(path, path+"2"); err != nil {
		t.Fatal(err)
	}
	uid := os.Getuid()
	if uid == 0 { // then a file may be another's
		uid = 4711
		if err := os.Chown(path, uid, -1); err != nil {
			t.Fatal(err)
		}
	}
	for _, privacy := range []Privacy{Shown, OwnLines, Hidden} {
		got := observeOne(t, File{Path: path, Kind: Regular, Privacy: privacy})
		if got.Mode != 0o640 || got.UID != uid || got.Links != 2 || got.Hash != Hash([]byte("content\n")) {
			t.Errorf("privacy %d: got %+v", privacy, got)
		}
		want := "content\n"
		if privacy == Hidden {
			want = ""
		}
		if string(got.Content) != want {
			t.Errorf("privacy %d: content %q is kept, want %q", privacy, got.Content, want)
		}
	}
}

func TestObserveKeepsNoSource(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	write(t, key, "secret", 0o600)
	symlink(t, "key", key+"-link")
	s, err := Observe(t.Context(), Host{}, State{Files: []File{{Path: filepath.Join(dir, "f"), Kind: Regular, From: key + "-link", Privacy: Hidden}}})
	if err != nil {
		t.Fatal(err)
	}
	got := fileIn(s, key+"-link")
	if got.Kind != Regular || got.Hash != Hash([]byte("secret")) || got.Content != nil {
		t.Errorf("got %+v, want the hash of what the link leads to, and no content", got)
	}
}

// An app's managed key may be another app's source. How it is looked at must not
// depend on which of them comes first.
func TestObserveSourceHidesNoFile(t *testing.T) {
	dir := t.TempDir()
	managed := filepath.Join(dir, "managed")
	write(t, filepath.Join(dir, "elsewhere"), "x", 0o600)
	symlink(t, "elsewhere", managed)
	s, err := Observe(t.Context(), Host{}, State{Files: []File{
		{Path: filepath.Join(dir, "copy"), Kind: Regular, From: managed},
		{Path: managed, Kind: Regular},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := fileIn(s, managed).Kind; got != Other {
		t.Errorf("the managed file is taken for %s, want %s", got, Other)
	}
}

// Only what is to go has to be readable: /home and the like may not be.
func TestObserveListsWhatIsToGo(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b"), "", 0o600)
	write(t, filepath.Join(dir, "a"), "", 0o600)
	if got := observeOne(t, File{Path: dir, Kind: Directory}).Names; got != nil {
		t.Errorf("a wanted directory was listed: %q", got)
	}
	got := observeOne(t, File{Path: dir, Kind: Absent}).Names
	if slices.Sort(got); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q, want a and b", got)
	}
}

func TestObserveBoundsWhatItShows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	observe := func(privacy Privacy, size int) (State, error) {
		write(t, path, strings.Repeat("x", size), 0o600)
		return Observe(t.Context(), Host{}, State{Files: []File{{Path: path, Kind: Regular, Privacy: privacy}}})
	}
	if _, err := observe(Shown, maxShown); err != nil {
		t.Errorf("a file as large as may be: %v", err)
	}
	_, err := observe(Shown, maxShown+1)
	if c, ok := errors.AsType[*ConflictError](err); !ok || c.Path != path || c.Remedy == "" {
		t.Errorf("got %v, want a conflict with a remedy", err)
	}
	s, err := observe(Hidden, maxShown+1)
	if want := Hash([]byte(strings.Repeat("x", maxShown+1))); err != nil || s.Files[0].Hash != want {
		t.Errorf("got %v, %v, want the hash of all of it", s.Files, err)
	}
}

func TestObserveTellsErrors(t *testing.T) {
	name := strings.Repeat("x", 300) // longer than a name may be
	for _, f := range []File{{Path: "/" + name, Kind: Regular}, {Path: "/dev/null", From: "/" + name}} {
		_, err := Observe(t.Context(), Host{}, State{Files: []File{f}})
		if e, ok := errors.AsType[*fs.PathError](err); !ok || e.Path != "/"+name {
			t.Errorf("got %v, want an error that names the file", err)
		}
	}
}
