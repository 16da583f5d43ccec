package testhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// script returns a command that leaves a process behind in a session of its own,
// and a text to find it and the stages by.
func script(t *testing.T, last string) string {
	return fmt.Sprintf("# %s %d\nsetsid sleep 1000 & trap '' TERM; %s", t.Name(), os.Getpid(), last)
}

// processes returns the processes which have text in their arguments or their
// environment: the command, and the stages, whose request it is in.
func processes(text string) (pids []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		args, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		env, _ := os.ReadFile(filepath.Join(dir, "environ"))
		quoted := strconv.Quote(text) // as in JSON
		if bytes.Contains(args, []byte(text)) || bytes.Contains(env, []byte(quoted)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

var cgroupName = regexp.MustCompile(`/(testhost-[0-9]+)/`)

// find waits for the command and returns the host's cgroup.
func find(t *testing.T, text string) string {
	t.Helper()
	origin, err := ownCgroup()
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		for _, pid := range processes(text) {
			b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
			if m := cgroupName.FindSubmatch(b); m != nil {
				return filepath.Join(origin, string(m[1]))
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the command never ran")
	return ""
}

// gone fails the test if something of the host is there after a while.
func gone(t *testing.T, text, cgroup string, wait time.Duration) {
	t.Helper()
	var pids []int
	var err error
	for range max(1, wait/(20*time.Millisecond)) {
		pids = processes(text)
		_, err = os.Stat(cgroup)
		if len(pids) == 0 && errors.Is(err, os.ErrNotExist) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("left behind: processes %v, cgroup %s (%v)", pids, cgroup, err)
}

func TestNothingIsLeft(t *testing.T) {
	Need(t)
	before, _ := os.ReadFile("/proc/self/mountinfo")
	text := script(t, "read line")
	hold, release, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var cgroup string
	var wg sync.WaitGroup
	wg.Go(func() {
		cgroup = find(t, text)
		release.Close()
	})
	if _, err := Run(t.Context(), Config{Stdin: hold}, "sh", "-c", text); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	gone(t, text, cgroup, 0)
	if after, _ := os.ReadFile("/proc/self/mountinfo"); !bytes.Equal(before, after) {
		t.Errorf("mounts before:\n%s\nafter:\n%s", before, after)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	Need(t)
	ctx, cancel := context.WithCancel(t.Context())
	text := script(t, "sleep 1001")
	var cgroup string
	var wg sync.WaitGroup
	wg.Go(func() {
		cgroup = find(t, text)
		cancel()
	})
	if _, err := Run(ctx, Config{}, "sh", "-c", text); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wg.Wait()
	gone(t, text, cgroup, 0)
}

// TestCallerKilled kills the caller, and then the caller's process group with
// PID 1 of the host in it.
func TestCallerKilled(t *testing.T) {
	Need(t)
	for name, group := range map[string]int{"process": 1, "group": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := script(t, "sleep 1002")
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = append(os.Environ(), "TESTHOST_CALLER="+text)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			cgroup := find(t, text)
			syscall.Kill(group*cmd.Process.Pid, syscall.SIGKILL)
			cmd.Wait()
			gone(t, text, cgroup, teardownLimit)
		})
	}
}

func TestInParallel(t *testing.T) {
	t.Parallel()
	Need(t)
	// Each opens its fifo only when the other does, so both run at once.
	dir, err := os.MkdirTemp("", "testhost")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	fifo := filepath.Join(dir, "fifo")
	if err := errors.Join(os.Chmod(dir, 0o755), syscall.Mkfifo(fifo, 0), os.Chmod(fifo, 0o666)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for _, redirect := range []string{"<", ">"} {
		wg.Go(func() {
			if status, err := Run(ctx, Config{}, "sh", "-c", `: `+redirect+`"$1"`, "sh", fifo); status != 0 {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
	wg.Wait()
}
