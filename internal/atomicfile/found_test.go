package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// chain is what Found makes in the tests, with file f.
var chain = []Dir{{"a", 0o755}, {"b", 0o700}}

func TestFoundModesHoldUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		parent := t.TempDir()
		a, b, file := filepath.Join(parent, "a"), filepath.Join(parent, "a/b"), filepath.Join(parent, "a/b/f")
		p := at(t, parent)
		old := unix.Umask(umask)
		err := p.Found(chain, "f", []byte("new"), 0o600)
		unix.Umask(old)
		if err != nil {
			t.Fatalf("umask %o: %v", umask, err)
		}
		for path, want := range map[string]fs.FileMode{a: fs.ModeDir | 0o755, b: fs.ModeDir | 0o700, file: 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode() != want {
				t.Errorf("umask %o: %s: %v, %v, want mode %v", umask, path, info, err, want)
			}
		}
		if got, _ := os.ReadFile(file); string(got) != "new" {
			t.Errorf("the file holds %q", got)
		}
		wantEntries(t, parent, "a")
	}
}

func TestFoundRefusesWhatStands(t *testing.T) {
	parent := t.TempDir()
	if err := os.Mkdir(filepath.Join(parent, "a"), 0o700); err != nil { // empty: rename(2) would replace it
		t.Fatal(err)
	}
	if err := at(t, parent).Found(chain, "f", nil, 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want that it exists", err)
	}
	wantEntries(t, parent, "a")
	wantEntries(t, filepath.Join(parent, "a"))
}

// A killed run may have got anywhere. What is not its own stays.
func TestFoundSweeps(t *testing.T) {
	parent := t.TempDir()
	for _, path := range []string{".a.founding1/b/f", ".a.founding2/b/.f123456", ".a.founding3/b/theirs", ".a.foundingx/b/f", ".a4/b/f"} {
		path = filepath.Join(parent, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(parent, ".a.founding5"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := at(t, parent).Found(chain, "f", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, parent, ".a.founding3", ".a.foundingx", ".a4", "a")
}

func wantEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	ok := len(entries) == len(want)
	for i := range entries {
		ok = ok && entries[i].Name() == want[i]
	}
	if !ok {
		t.Errorf("%s holds %v, want %q", dir, entries, want)
	}
}
