package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// RunTied runs cmd, which the kernel kills when this process is killed: else one
// that is told to change something would do so later, when nobody expects it any
// more. KillGroup has been called with it.
//
// The signal comes when the thread ends that has started cmd (prctl(2),
// PR_SET_PDEATHSIG). So no other may do that, and this one has to stay until cmd
// has ended.
func RunTied(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	return cmd.Run()
}
