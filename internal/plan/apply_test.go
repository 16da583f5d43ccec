package plan

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// tree is a desired state with every kind of file below dir, a source and an
// edited file among them.
func tree(t *testing.T, dir string) State {
	t.Helper()
	source := filepath.Join(t.TempDir(), "key")
	write(t, source, "key", 0o644)
	at := func(name string) string { return filepath.Join(dir, name) }
	return State{UID: os.Getuid(), Files: []File{
		{Path: at("private"), Kind: Directory, Mode: 0o700, NewMode: 0o755},
		{Path: at("public"), Kind: Directory, NewMode: 0o755},
		{Path: at("private/key"), Kind: Regular, Mode: 0o600, From: source, Privacy: Hidden},
		{Path: at("public/script"), Kind: Regular, Mode: 0o755, Content: []byte("#!/bin/sh\n")},
		{Path: at("public/unit"), Kind: Regular, Mode: 0o644, Content: []byte("[Unit]\n")},
		{Path: at("public/edited"), Kind: Regular, NewMode: 0o640, Edit: appendLine("ours\n")},
	}}
}

// Fault: umask
func TestApplyModesHoldUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		dir := t.TempDir()
		desired := tree(t, dir)
		_, p := replan(t, desired)
		old := unix.Umask(umask)
		err := Apply(t.Context(), Host{}, p, func(Action) {})
		unix.Umask(old)
		if err != nil {
			t.Fatalf("umask %o: %v", umask, err)
		}
		for name, want := range map[string]fs.FileMode{
			"private": fs.ModeDir | 0o700, "public": fs.ModeDir | 0o755,
			"private/key": 0o600, "public/script": 0o755, "public/unit": 0o644, "public/edited": 0o640,
		} {
			info, err := os.Lstat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode(); got != want {
				t.Errorf("umask %o: %s has mode %v, want %v", umask, name, got, want)
			}
		}
		if _, p := replan(t, desired); !p.Empty() {
			t.Errorf("umask %o: a second plan has %q", umask, actions(p))
		}
	}
}

func TestApplyMendsModes(t *testing.T) {
	dir := t.TempDir()
	desired := tree(t, dir)
	_, p := replan(t, desired)
	apply(t, p)
	for _, name := range []string{"private", "public", "private/key", "public/script", "public/edited"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	_, p = replan(t, desired)
	wantLines(t, "plan", actions(p), []string{
		"change mode " + dir + "/private 0700", "change mode " + dir + "/private/key 0600", "change mode " + dir + "/public/script 0755",
	})
	apply(t, p)
	wantFile(t, filepath.Join(dir, "private/key"), "key", 0o600)
	if _, p := replan(t, desired); !p.Empty() {
		t.Errorf("a second plan has %q", actions(p))
	}
}

// Dotfiles are often kept elsewhere and linked to.
func TestApplyFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("dotfiles/edited"), "theirs\n", 0o640)
	if err := os.Mkdir(at("dotfiles/private"), 0o755); err != nil {
		t.Fatal(err)
	}
	symlink(t, "dotfiles", at("public"))
	symlink(t, "dotfiles/private", at("private"))
	if err := os.Rename(at("dotfiles/edited"), at("real")); err != nil {
		t.Fatal(err)
	}
	symlink(t, at("real"), at("dotfiles/edited"))
	desired := tree(t, dir)
	_, p := replan(t, desired)
	apply(t, p)

	wantFile(t, at("real"), "theirs\nours\n", 0o640)
	wantFile(t, at("dotfiles/private/key"), "key", 0o600)
	for _, name := range []string{"public", "private", "dotfiles/edited"} {
		if !isLink(at(name)) {
			t.Errorf("%s is no longer a link", name)
		}
	}
	if info, err := os.Stat(at("private")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the key directory behind a link: got %v, %v, want mode 0700", info.Mode(), err)
	}
	if _, p := replan(t, desired); !p.Empty() {
		t.Errorf("a second plan has %q", actions(p))
	}
}

// Removals work below a link too, and leave a link for the next apply.
func TestApplyRemovesBelowLinks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("real/old/f"), "x", 0o600)
	write(t, at("ours"), "ours\n", 0o640)
	symlink(t, "real", at("home"))
	symlink(t, "ours", at("edited"))
	desired := State{UID: os.Getuid(), Files: []File{
		{Path: at("home/old"), Kind: Absent}, {Path: at("home/old/f"), Kind: Absent},
		{Path: at("edited"), Kind: Regular, Edit: lost},
	}}
	_, p := replan(t, desired)
	apply(t, p)
	if _, err := os.Lstat(at("real/old")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory stands: %v", err)
	}
	wantFile(t, at("ours"), "", 0o640)
	if _, p := replan(t, desired); !p.Empty() || !isLink(at("edited")) {
		t.Errorf("a second plan has %q", actions(p))
	}
}

func TestApplyStopsBetweenActions(t *testing.T) {
	dir := t.TempDir()
	desired := tree(t, dir)
	_, p := replan(t, desired)
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	err := Apply(ctx, Host{}, p, func(Action) {
		if done++; done == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || done != 3 {
		t.Errorf("got %v after %d actions, want it canceled after 3", err, done)
	}
	wantFile(t, filepath.Join(dir, "private/key"), "key", 0o600)
	_, p = replan(t, desired)
	wantLines(t, "what is left", actions(p), []string{
		"create " + dir + "/public/script 0755", "create " + dir + "/public/unit 0644", "create " + dir + "/public/edited 0640",
	})
}

func TestApplyKeepsWhatItCannotReplace(t *testing.T) {
	// In a process of its own: this one may be writing go test's log, which is
	// longer than the limit.
	if os.Getenv("LIMITED") == "" {
		cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "LIMITED=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	desired := tree(t, dir)
	const limitSize = 64 << 10
	desired.Files[4].Content = bytes.Repeat([]byte("x"), limitSize+1)
	write(t, filepath.Join(dir, "public/unit"), "old\n", 0o600)
	_, p := replan(t, desired)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limitSize, Max: limit.Max}); err != nil {
		t.Fatal(err)
	}
	var last Action
	err := Apply(t.Context(), Host{}, p, func(a Action) { last = a })
	if e := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); e != nil {
		t.Fatal(e)
	}
	if _, ok := errors.AsType[*fs.PathError](err); !ok || last.Target != filepath.Join(dir, "public/script") {
		t.Errorf("got %v after %s, want an error at the unit, which comes next", err, last.Target)
	}
	wantFile(t, filepath.Join(dir, "public/unit"), "old\n", 0o600)
	if entries, err := os.ReadDir(filepath.Join(dir, "public")); err != nil || len(entries) != 2 {
		t.Errorf("public holds %v, %v, want the script and the old unit alone", entries, err)
	}
}

// What comes up in a directory while it is being taken away is not ours: both stay.
func TestApplyLeavesWhatCameUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, p := replan(t, State{UID: os.Getuid(), Files: []File{{Path: dir, Kind: Absent}}})
	write(t, filepath.Join(dir, "theirs"), "x", 0o600)
	apply(t, p)
	wantFile(t, filepath.Join(dir, "theirs"), "x", 0o600)
}
