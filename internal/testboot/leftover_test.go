package testboot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// traces are what a machine could leave behind: a PID namespace with processes in
// it, a cgroup, and mounts.
type traces struct{ pidns, cgroup, mounts string }

// newTraces notes the machine's traces, given the mounts from before the boot and
// the process ID of its PID 1.
func newTraces(t *testing.T, mounts string, pid int) traces {
	t.Helper()
	pidns, err1 := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	text, err2 := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	own, ok := membership(string(text))
	if !ok || !strings.Contains(own, "/testboot-") {
		t.Fatalf("PID 1 of the machine is in cgroup %q", own)
	}
	return traces{pidns, filepath.Dir(own), mounts}
}

// left says what is left of the machine.
func (tr traces) left() (left []string) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		if pidns, _ := os.Readlink(dir + "/ns/pid"); pidns == tr.pidns {
			left = append(left, dir)
		}
	}
	if dir := cgroupDir(tr.cgroup); dir != "" {
		left = append(left, dir)
	}
	if mounts := mountinfo(); mounts != tr.mounts {
		left = append(left, "mounts: "+mounts)
	}
	return left
}

// cgroupDir finds a cgroup's directory where cgroup2 is mounted here; empty: it
// is not there.
func cgroupDir(name string) string {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	for line := range strings.Lines(string(mounts)) {
		f := strings.Fields(line)
		if len(f) > 2 && f[2] == "cgroup2" {
			if dir := filepath.Join(f[1], name); exists(dir) {
				return dir
			}
		}
	}
	return ""
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func TestNothingIsLeft(t *testing.T) {
	mounts := mountinfo()
	m := Start(t)
	before := newTraces(t, mounts, m.pid)
	if cgroupDir(before.cgroup) == "" {
		t.Fatalf("the machine's cgroup %s is not to be seen", before.cgroup)
	}
	sh(t, m, User, "systemctl --user is-system-running --wait; setsid sleep 1002 >/dev/null 2>&1 &")
	m.Stop()
	if left := before.left(); left != nil {
		t.Error(left)
	}
}

// bootAndWait boots a machine, prints the process ID of its PID 1, and waits to
// be killed while a command runs.
func bootAndWait(root string) {
	m, err := Boot(context.Background(), root)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(m.pid)
	m.Run(context.Background(), Cmd{}, "sleep", "1003")
}

// TestCallerKilled kills the caller alone, and the caller's process group.
func TestCallerKilled(t *testing.T) {
	Need(t)
	root, err := Root(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, group := range map[string]int{"process": 1, "group": -1} {
		t.Run(name, func(t *testing.T) {
			mounts := mountinfo()
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = append(os.Environ(), "TESTBOOT_CALLER="+root)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var pid int
			if _, err := fmt.Fscan(out, &pid); err != nil {
				t.Fatal(err)
			}
			before := newTraces(t, mounts, pid)
			unix.Kill(group*cmd.Process.Pid, unix.SIGKILL)
			cmd.Wait()
			wait(t, func() bool { return before.left() == nil })
		})
	}
}

// The machine goes with its keeper, too. Nobody is left to remove the cgroup then.
func TestKeeperKilled(t *testing.T) {
	mounts := mountinfo()
	m := Start(t)
	before := newTraces(t, mounts, m.pid)
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", m.pid)) // "PID (NAME) STATE PPID"
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := strconv.Atoi(strings.Fields(string(stat))[3])
	if err != nil {
		t.Fatal(err)
	}
	unix.Kill(keeper, unix.SIGKILL)
	m.Stop()
	dir := cgroupDir(before.cgroup)
	wait(t, func() bool {
		left := before.left()
		return len(left) == 1 && left[0] == dir
	})
	cgroup{dir: dir}.remove()
	if left := before.left(); left != nil {
		t.Error(left)
	}
}

// TestShutdown lets the machine end by itself.
func TestShutdown(t *testing.T) {
	mounts := mountinfo()
	m := Start(t)
	before := newTraces(t, mounts, m.pid)
	m.Run(t.Context(), Cmd{}, "systemctl", "poweroff", "--force", "--force")
	select {
	case <-m.gone:
	case <-time.After(30 * time.Second):
		t.Fatal("the machine is still there")
	}
	if left := before.left(); left != nil {
		t.Error(left)
	}
}
