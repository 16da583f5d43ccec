package refresh

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Fault: loose-key
func TestKeyDirectoryIsRefused(t *testing.T) {
	tests := []struct {
		name string
		make func(dir string) error
		want string
	}{
		{"loose", func(dir string) error { return os.Chmod(dir, 0o755) }, "has mode 0755"},
		{"group may enter", func(dir string) error { return os.Chmod(dir, 0o710) }, "has mode 0710"},
		{"absent", os.RemoveAll, "cannot be read"},
		{"a file", func(dir string) error {
			return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600))
		}, "is not a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "main")
			apps := s.apps()
			if err := tt.make(s.r.Dir); err != nil {
				t.Fatal(err)
			}
			res := s.r.Run(t.Context(), apps, true)[0]
			var setup *SetupError
			if !errors.As(res.Err, &setup) || !strings.Contains(res.Err.Error(), tt.want) || setup.Remedy == "" {
				t.Errorf("%v, want a SetupError: %s", res.Err, tt.want)
			}
			s.mints(0)
		})
	}
}

// What is in the way of the token file is neither followed nor replaced, and
// a FIFO does not block.
//
// Fault: no-plain-file
func TestTokenPathInTheWay(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"FIFO":      func(path string) error { return unix.Mkfifo(path, 0o600) },
		"link":      func(path string) error { return os.Symlink("github-app.env", path) },
		"dangling":  func(path string) error { return os.Symlink("nowhere", path) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "main")
			if err := make(s.path("github-token.env")); err != nil {
				t.Fatal(err)
			}
			before, err := os.Lstat(s.path("github-token.env"))
			if err != nil {
				t.Fatal(err)
			}
			var setup *SetupError
			if res := s.run(true)[0]; !errors.As(res.Err, &setup) || setup.Remedy == "" {
				t.Errorf("%v, want a SetupError", res.Err)
			}
			after, err := os.Lstat(s.path("github-token.env"))
			if err != nil || !os.SameFile(before, after) {
				t.Errorf("it was replaced: %v", err)
			}
			s.holds("github-token.env")
			s.mints(0)
		})
	}
}

// What gets in the way while a run waits for the lock is found under the lock.
func TestTokenPathInTheWayLater(t *testing.T) {
	s := newSite(t, "main")
	unlock, err := Lock(t.Context(), s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan Result)
	go func() { results <- s.run(false)[0] }()
	until(t, "the run waits", func() bool { return s.openLocks() == 2 })
	if err := os.Symlink("nowhere", s.path("github-token.env")); err != nil {
		t.Fatal(err)
	}
	unlock()
	var setup *SetupError
	if res := <-results; !errors.As(res.Err, &setup) {
		t.Errorf("%v, want a SetupError", res.Err)
	}
	s.mints(0)
}

// What a killed run has left beside any app's files goes with the next run that
// has something to do, whosever token is due.
func TestRunSweeps(t *testing.T) {
	s := newSite(t, "main", "more")
	s.ok(false)
	for _, name := range []string{".github-token.env123456", ".github-token-more.env123456", ".github-token.gh123456", ".lockdown123456", ".theirs123456"} {
		s.write(name, "half")
	}
	s.ok(false)
	s.holds(".ghauth.lock", ".github-token-more.env123456", ".github-token.env123456", ".github-token.gh123456", ".lockdown123456", ".theirs123456", "github-token-more.env", "github-token.env")
	s.store("ghs_canary", 0)
	s.ok(false)
	s.holds(".ghauth.lock", ".theirs123456", "github-token-more.env", "github-token.earlier", "github-token.env")
}
