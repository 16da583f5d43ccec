package testboot

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExitStatus(t *testing.T) {
	m := Start(t)
	for _, user := range []string{"", User} {
		for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -KILL $$": 137, "exec no-such-program": 127} {
			if got, out := sh(t, m, user, script); got != want {
				t.Errorf("%q, %s: got %d, want %d: %s", user, script, got, want, out)
			}
		}
	}
}

func TestArguments(t *testing.T) {
	m := Start(t)
	for _, user := range []string{"", User} {
		var out, errs bytes.Buffer
		c := Cmd{User: user, Env: []string{"A=1 $x", "HOME=/srv"}, Stdin: strings.NewReader("in"), Stdout: &out, Stderr: &errs}
		status, err := m.Run(t.Context(), c, "sh", "-c", `cat; echo "|$1|$2|$A|$HOME"; echo e >&2`, "sh", "a  'b\"", "-x")
		if status != 0 || err != nil {
			t.Fatal(status, err)
		}
		if got, want := out.String(), "in|a  'b\"|-x|1 $x|/srv\n"; got != want {
			t.Errorf("%q: got %q, want %q", user, got, want)
		}
		if got, want := errs.String(), "e\n"; got != want {
			t.Errorf("%q: got %q on standard error, want %q", user, got, want)
		}
	}
}

func TestEnvironmentIsClean(t *testing.T) {
	t.Setenv("PROBE", "leaks")
	m := Start(t)
	for _, user := range []string{"", User} {
		want(t, m, user, "echo ${PROBE-clean}", "clean\n")
	}
}

// A command that is cancelled goes, in the machine too.
func TestCancel(t *testing.T) {
	m := Start(t)
	for _, user := range []string{"", User} {
		ctx, cancel := context.WithCancel(t.Context())
		started := writerFunc(func(b []byte) (int, error) { cancel(); return len(b), nil })
		_, err := m.Run(ctx, Cmd{User: user, Stdout: started}, "sh", "-c", "echo started; exec "+nap)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%q: got %v", user, err)
		}
		wait(t, func() bool { return !strings.Contains(cmdlines(), nap) })
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestCopy(t *testing.T) {
	m := Start(t)
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("content\x00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Copy(t.Context(), name, "/opt/a b/c", 0o751); err != nil {
		t.Fatal(err)
	}
	want(t, m, "", `stat -c '%a %U %s' '/opt/a b/c'; tr '\0' 0 <'/opt/a b/c'`, "751 root 9\ncontent0\n")
	if err := m.Write(t.Context(), strings.NewReader(""), "/proc/none", 0o644); err == nil {
		t.Error("a file that cannot be written: no error")
	}
	if err := m.Copy(t.Context(), name+"x", "/opt/x", 0o644); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
}

// Once the machine is gone, its process IDs may be anybody's.
func TestGone(t *testing.T) {
	m := Start(t)
	m.pid = os.Getpid()
	m.Stop()
	if status, err := m.Run(t.Context(), Cmd{}, "true"); !errors.Is(err, errGone) {
		t.Errorf("got status %d, %v", status, err)
	}
}
