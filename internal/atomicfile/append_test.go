package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAppendTurnsAtTheLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for i := range 7 {
		if err := Append(path, fmt.Appendf(nil, "line %d\n", i), 0o600, 21); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{path: "line 6\n", path + ".1": "line 3\nline 4\nline 5\n"} {
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
		}
	}
}

// A line beyond the limit is kept all the same.
func TestAppendKeepsALongLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := Append(path, []byte("a long line\n"), 0o600, 3); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "a long line\n" {
		t.Errorf("content = %q", got)
	}
}

func TestAppendModeHoldsUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		path := filepath.Join(t.TempDir(), "log")
		old := unix.Umask(umask)
		err := Append(path, []byte("x\n"), 0o600, 100)
		unix.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 {
			t.Errorf("umask %o: mode = %v", umask, info.Mode())
		}
	}
}

// Writers at the same time lose no line and mix none, also while the file turns.
func TestAppendTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	const writers, lines = 8, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range lines {
				if err := Append(path, fmt.Appendf(nil, "%d %s %d\n", w, strings.Repeat("x", 50), i), 0o600, writers*lines*40); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := map[string]bool{}
	for _, name := range []string{path, path + ".1"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			got[line] = true
		}
	}
	for w := range writers {
		for i := range lines {
			if line := fmt.Sprintf("%d %s %d\n", w, strings.Repeat("x", 50), i); !got[line] {
				t.Errorf("lost: %q", line)
			}
		}
	}
	if len(got) != writers*lines {
		t.Errorf("%d lines, want %d", len(got), writers*lines)
	}
}

func TestAppendRefuses(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := unix.Mkfifo(path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A FIFO that has a reader can be opened for writing.
	reader, err := os.OpenFile(path("fifo"), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := os.Symlink(path("elsewhere"), path("link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fifo", "link", "absent/log"} {
		if err := Append(path(name), []byte("x\n"), 0o600, 100); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := os.Lstat(path("elsewhere")); err == nil {
		t.Error("the link was followed")
	}
}
