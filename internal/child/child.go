// Package child runs other programs so that nothing of them stays behind, and what
// they say can be shown.
package child

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// KillGroup makes cmd the head of a process group that is killed as a whole
// when its context ends, and bounds the wait for its output.
func KillGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	cmd.WaitDelay = 2 * time.Second
}

// EndGroup kills what cmd has left of its process group: KillGroup was called with it, and
// it has ended, or never began. One that has gone over to a group or session of its own
// (setsid(1)) is not in reach.
func EndGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Cancel()
	}
}
