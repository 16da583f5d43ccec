package testhost

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// keep makes the cgroup, starts PID 1 of the host in it, and removes the cgroup
// when all is over. PID 1 reports for itself; the error is the keeper's own.
func keep(r request, caller *os.File) error {
	// A parent-death signal comes when the parent's thread ends (prctl(2)).
	runtime.LockOSThread()
	cg, err := newCgroup()
	if err != nil {
		return err
	}
	defer cg.remove()
	cmd, err := initCommand(r)
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{caller}
	if err := cg.start(cmd); err != nil {
		return err
	}
	// PID 1 stays in the caller's process group, for the terminal's sake. A kill
	// of that group must still leave someone to clean up.
	unix.Setpgid(0, 0)
	go func() {
		hungUp(caller)
		time.Sleep(teardownLimit)
		cmd.Process.Kill()
	}()
	cmd.Wait() // when PID 1 is gone, so is every process of its namespace
	return nil
}

// initCommand is the second stage, PID 1 of the host.
func initCommand(r request) (*exec.Cmd, error) {
	r.Stage = initStage
	env, err := r.environ()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
			unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP,
		Pdeathsig: unix.SIGKILL,
	}
	if os.Geteuid() != 0 {
		asUser(cmd.SysProcAttr, r.Config.UID)
	}
	return cmd, nil
}

// start starts cmd, which makes a cgroup namespace, with cg as that namespace's
// root: the root is the cgroup of the cloning process (cgroup_namespaces(7)), so
// this process enters cg for as long as the clone takes.
func (cg cgroup) start(cmd *exec.Cmd) error {
	if err := moveSelf(cg.dir); err != nil {
		return err
	}
	err := cmd.Start()
	if err := moveSelf(cg.origin); err != nil {
		return err
	}
	if err != nil {
		return fmt.Errorf("new namespaces: %w", err)
	}
	return nil
}
