package testboot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nap is a command that no other process runs.
var nap = fmt.Sprintf("sleep 1000.%d", os.Getpid())

// TestConfined stops a command in its middle, by its context and by the death of
// its caller. What it mounted and what it started in the background are gone.
func TestConfined(t *testing.T) {
	Need(t)
	for name, start := range map[string]func(t *testing.T, script string) (stop func()){
		"cancelled": startConfined,
		"killed":    startCaller,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mounts := mountinfo()
			started := filepath.Join(dir, "started")
			stop := start(t, fmt.Sprintf("cd %s; mkdir m; mount -t tmpfs none m; %s & touch started; wait", dir, nap))
			wait(t, func() bool { return exists(started) })
			stop()
			wait(t, func() bool { return !strings.Contains(cmdlines(), dir) && !strings.Contains(cmdlines(), nap) })
			if after := mountinfo(); after != mounts {
				t.Errorf("mounts before:\n%s\nafter:\n%s", mounts, after)
			}
		})
	}
}

func startConfined(t *testing.T, script string) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- confined(ctx, "sh", "-c", script) }()
	return func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func startCaller(t *testing.T, script string) (stop func()) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "TESTBOOT_CONFINED="+script)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
}

func TestConfinedError(t *testing.T) {
	Need(t)
	err := confined(t.Context(), "sh", "-c", "echo out; echo err >&2; exit 3")
	if err == nil || !strings.Contains(err.Error(), "out\nerr\n") {
		t.Errorf("got %v", err)
	}
}

// wait waits until a condition holds.
func wait(t *testing.T, holds func() bool) {
	t.Helper()
	for range 500 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not come to pass")
}

func mountinfo() string {
	b, _ := os.ReadFile("/proc/self/mountinfo")
	return string(b)
}

// cmdlines is the command line of every process.
func cmdlines() string {
	var all bytes.Buffer
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range names {
		b, _ := os.ReadFile(name)
		all.Write(bytes.ReplaceAll(b, []byte{0}, []byte{' '}))
	}
	return all.String()
}
