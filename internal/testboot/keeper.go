package testboot

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespaces are the machine's own (namespaces(7)).
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET |
	unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWCGROUP

// keep makes the cgroup, boots the machine in it, and removes the cgroup when the
// machine is gone. The machine goes with the caller, however that ends.
func keep(r request, caller *os.File) error {
	// A parent-death signal comes when the parent's thread ends (prctl(2)).
	runtime.LockOSThread()
	cg, err := newCgroup()
	if err != nil {
		return err
	}
	defer cg.remove()
	init, err := r.startInit(cg)
	if err != nil {
		return err
	}
	report{PID: init.Process.Pid}.send(caller)
	go func() {
		hungUp(caller)
		init.Process.Kill()
	}()
	init.Wait() // when PID 1 is gone, so is every process of its namespace
	return nil
}

// startInit starts PID 1 of the machine and waits until it is systemd.
func (r request) startInit(cg cgroup) (*exec.Cmd, error) {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	r.Stage = initStage
	cmd, err := r.command(theirs)
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: unix.SIGKILL}
	err = cg.start(cmd)
	theirs.Close()
	if err != nil {
		return nil, fmt.Errorf("new namespaces: %w", err)
	}
	if _, err := receive(ours); !errors.Is(err, errNoReport) {
		cmd.Wait()
		return nil, err
	}
	return cmd, nil
}

// hungUp blocks until the caller is gone.
func hungUp(caller *os.File) {
	p := []unix.PollFd{{Fd: int32(caller.Fd()), Events: unix.POLLRDHUP}}
	for {
		if n, err := unix.Poll(p, -1); n > 0 || err != unix.EINTR {
			return
		}
	}
}
