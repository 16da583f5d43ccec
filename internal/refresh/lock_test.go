package refresh

import (
	"context"
	"errors"

	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sys/unix"
)

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 2000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("waited in vain until %s", what)
}

// openLocks counts how often this process has the lock's file open: those who
// hold it and those who wait for it.
func (s *site) openLocks() (n int) {
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		if target, _ := os.Readlink(link); target == s.path(".ghauth.lock") {
			n++
		}
	}
	return n
}

// asked reports whether GitHub has been asked for anything.
func (s *site) asked() bool { return len(s.github.Requests()) > 0 }

// Fault: dead-holder
func TestLockOfTheDeadIsFree(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	s.github.Fail(1, "", githubtest.Hang)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), runVar+"="+s.r.Dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the other process mints", s.asked)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Lock(ctx, s.r.Dir); err == nil {
		t.Error("the lock is free while a run is at work")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	s.ok(false)
	s.holds(".ghauth.lock", "github-token.earlier", "github-token.env")
}

// Fault: two-applies
func TestLockHeldTooLong(t *testing.T) {
	s := newSite(t, "main", "more")
	s.store("ghs_canary", time.Minute)
	unlock, err := Lock(t.Context(), s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	apps := s.apps()
	apps[0].Timeout, apps[1].Timeout = 100*time.Millisecond, 200*time.Millisecond
	start := time.Now()
	for _, res := range s.r.Run(t.Context(), apps, false) {
		if busy, ok := res.Err.(*BusyError); !ok || busy.Path != s.path(".ghauth.lock") {
			t.Errorf("%s: %v, want a BusyError", res.App.Name, res.Err)
		}
	}
	if took := time.Since(start); took < 200*time.Millisecond || took > 8*time.Second {
		t.Errorf("gave up after %s, want the longest timeout, 200ms", took)
	}
	s.mints(0)
	if got := s.read("github-token.env"); !strings.Contains(got, "ghs_canary") {
		t.Errorf("the token file became:\n%s", got)
	}
}

func TestContextDoneBefore(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	before := s.read("github-token.env")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	res := s.r.Run(ctx, s.apps(), true)[0]
	if !errors.Is(res.Err, context.Canceled) || !mint.IsTemporary(res.Err) || res.Token.Value != "ghs_canary" {
		t.Errorf("result = %+v, want a temporary error and the old token", res)
	}
	if s.asked() || s.read("github-token.env") != before {
		t.Error("a run without time went to work")
	}
}

func TestLockMode(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		dir := t.TempDir()
		old := unix.Umask(umask)
		unlock, err := Lock(t.Context(), dir)
		unix.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
		info, err := os.Stat(filepath.Join(dir, ".ghauth.lock"))
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("umask %03o: mode %v, %v, want 0600", umask, info.Mode(), err)
		}
	}
}

func TestLockFollowsNoLink(t *testing.T) {
	s := newSite(t, "main")
	target := filepath.Join(t.TempDir(), "target")
	if err := os.Symlink(target, s.path(".ghauth.lock")); err != nil {
		t.Fatal(err)
	}
	var write *WriteError
	if res := s.run(false)[0]; !errors.As(res.Err, &write) {
		t.Errorf("%v, want a WriteError", res.Err)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Errorf("%s was made through the link", target)
	}
	s.mints(0)
}

// A FIFO in the place of the directory is not waited for.
//
// Fault: no-plain-file
func TestLockWaitsForNoFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(path, 0o700); err != nil {
		t.Fatal(err)
	}
	r := &Refresher{Dir: path, Now: time.Now}
	for what, lock := range map[string]func() error{
		"lock":     func() error { _, err := Lock(t.Context(), path); return err },
		"lockdown": func() error { _, err := r.lockSoon(t.Context()); return err },
	} {
		done := make(chan error, 1)
		go func() { done <- lock() }()
		select {
		case err := <-done:
			if !errors.Is(err, unix.ENOTDIR) {
				t.Errorf("%s: %v, want %v", what, err, unix.ENOTDIR)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: waits for a FIFO", what)
		}
	}
}

// A hard link in the place of the lock is to somebody's file, whose mode stays.
//
// Fault: hard-link
func TestLockChangesNoOthersMode(t *testing.T) {
	dir := t.TempDir()
	theirs := filepath.Join(dir, "theirs")
	if err := errors.Join(os.WriteFile(theirs, nil, 0o644), os.Link(theirs, filepath.Join(dir, ".ghauth.lock"))); err != nil {
		t.Fatal(err)
	}
	unlock, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if info, err := os.Stat(theirs); err != nil || info.Mode() != 0o644 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
}
