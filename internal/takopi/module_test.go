package takopi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestModule: whatever the binary does, the chat gets a text.
func TestModule(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "binary")
	env := install(t, binary)
	for _, tt := range []struct {
		name, binary   string // the latter a shell script, or nothing
		config, words  string
		want, mustLack string
	}{
		{"asks", `cat`, `{"n": "5"}`, "status backend",
			`{"plugin_config": {"n": "5"}, "words": ["status", "backend"], "chat": 7, "sender": null, "project": "backend"}`, ""},
		{"puts words on no command line", `echo "$# $*"`, `{}`, "status", "1 plugin", "status"},
		{"takes what JSON lacks", `cat`, `{"since": __import__("datetime").date(2026, 1, 2)}`, "", "2026-01-02", ""},
		{"takes what is no number", `cat`, `{"x": float("nan"), "y": [float("-inf"), 1e400]}`, "", `{"plugin_config": {"x": "NaN", "y": ["-Infinity", "Infinity"]},`, ""},
		{"gone", ``, `{}`, "status", "does not run: No such file or directory. Install", ""},
		{"silent", `echo canary >&2; exit 3`, `{}`, "", "ended with status 3 and no answer", "canary"},
		{"deaf", `exec <&-; echo heard`, `{"long": "x" * 3000000}`, "", "heard", ""},
		{"garbage", `printf '\377\n'`, `{}`, "", "�", ""},
		{"chatty", `yes | head -c 100000`, `{}`, "", "y\ny", ""},
		{"killed", `kill -9 $$`, `{}`, "", "status -9", ""},
		{"a table that is none", `cat`, `None`, "", `"plugin_config": null`, ""},
		{"a table that holds itself", `cat`, `(lambda d: d.update(d=d) or d)({"secret": "canary"})`, "", "failed with ValueError", "canary"},
	} {
		if err := os.RemoveAll(binary); err != nil {
			t.Fatal(err)
		}
		if tt.binary != "" {
			writeScript(t, binary, tt.binary)
		}
		got := python(t, env, append([]string{"testdata/python/chat.py", tt.config}, strings.Fields(tt.words)...)...)
		if !strings.Contains(got, tt.want) || tt.mustLack != "" && strings.Contains(got, tt.mustLack) {
			t.Errorf("%s: got %.300s\nwant %s, without %q", tt.name, got, tt.want, tt.mustLack)
		}
		if n := len([]rune(got)); n == 0 || n > 1900 {
			t.Errorf("%s: an answer of %d characters", tt.name, n)
		}
	}
}

// TestModuleLimit: the module takes the same numbers as the binary.
func TestModuleLimit(t *testing.T) {
	got := python(t, install(t, "/opt/x"), "-c", `
from types import SimpleNamespace
from takopi_ghauth import limit
for value in 7, "7", 7.0, "7.0", " 7 ", -7, 1e9, "x", float("nan"), float("inf"), None:
    print(limit(SimpleNamespace(plugin_config={"refresh_timeout_seconds": value})), end=" ")`)
	if want := "22 22 22 22 22 16 86415 45 45 45 45"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestModuleBlocksNobody: this binary waits for what another task does.
func TestModuleBlocksNobody(t *testing.T) {
	dir := t.TempDir()
	binary, tick := filepath.Join(dir, "binary"), filepath.Join(dir, "tick")
	writeScript(t, binary, `until [ -e `+tick+` ]; do sleep 0.02; done; echo done`)
	env := append(install(t, binary), "TICK="+tick)
	if got := python(t, env, "testdata/python/chat.py", `{"refresh_timeout_seconds": 10}`); got != "done" {
		t.Errorf("got %s", got)
	}
}

// TestModuleStops: a binary that hangs is asked to end, and then made to.
func TestModuleStops(t *testing.T) {
	dir := t.TempDir()
	binary, pipe := filepath.Join(dir, "binary"), filepath.Join(dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	// The writer's end closes with the last of the binary's processes.
	writeScript(t, binary, `exec 9>`+pipe+`; trap 'echo asked >&9' TERM; for i in $(seq 600); do sleep 0.05 9>&-; done`)
	got := python(t, install(t, binary), "testdata/python/stop.py", pipe)
	if want := "did not answer within 2 seconds and was stopped. Try /ghauth status.\nasked"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

func writeScript(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}
