package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A link where units are looked at would lead to others, which are not to be written to,
// nor removed afterwards.
//
// Fault: neighbour
func TestVerifyFollowsNoLink(t *testing.T) {
	run, elsewhere, bin := t.TempDir(), t.TempDir(), t.TempDir()
	unit := filepath.Join(elsewhere, "takopi.timer")
	if err := errors.Join(os.WriteFile(unit, []byte("theirs"), 0o644), os.Chmod(elsewhere, 0o700), os.Symlink(elsewhere, filepath.Join(run, "ghauth-verify")),
		os.WriteFile(filepath.Join(bin, "systemd-analyze"), []byte("#!/bin/sh\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	var out bytes.Buffer
	w := &world{stdout: &out, stderr: &out}
	if err := w.verifyIn(t.Context(), run, map[string][]byte{"takopi.timer": []byte("ours")}, "--user"); statusOf(err) != exitNoWrite {
		t.Errorf("%v, want that it cannot be written there\n%s", err, &out)
	}
	if got, err := os.ReadFile(unit); err != nil || string(got) != "theirs" {
		t.Errorf("%s holds %q, %v", unit, got, err)
	}
	if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) != 1 {
		t.Errorf("%s holds %v, %v", elsewhere, entries, err)
	}
}
