package testhost

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// asUser makes the host a user namespace too, whose one user is the caller. A
// user other than root loses every capability at exec, unless it is ambient
// (capabilities(7)); PID 1 needs these to set the host up.
func asUser(attr *syscall.SysProcAttr, uid int) {
	attr.Cloneflags |= unix.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: os.Getegid(), Size: 1}}
	attr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_DAC_OVERRIDE}
}

// dropAmbient lets what this thread starts from now on have no capability. The
// Go program itself keeps its own.
func dropAmbient() error {
	err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	if err != nil {
		return fmt.Errorf("drop ambient capabilities: %w", err)
	}
	return nil
}

// become lets cmd run as the host's user, which PID 1 is already in a user
// namespace.
func (c Config) become(cmd *exec.Cmd) {
	if os.Geteuid() == 0 {
		id := uint32(c.UID)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: id, Gid: id}
	}
}

// readable says whether the user may enter and list dir. It asks the kernel as
// that user, on a thread which ends with the question.
func (c Config) readable(dir string) bool {
	answer := make(chan bool)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread is spoilt
		if os.Geteuid() == 0 {
			unix.Setgroups(nil)
			unix.SetfsgidRetGid(c.UID)
			unix.SetfsuidRetUid(c.UID)
		}
		fd, err := unix.Open(dir+"/.", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err == nil {
			unix.Close(fd)
		}
		answer <- err == nil
	}()
	return <-answer
}

// environ is the clean environment that the manager and the command start from:
// what login(1) and pam_systemd(8) set.
func (c Config) environ() []string {
	return []string{
		"HOME=" + c.Home,
		"USER=" + c.User,
		"LOGNAME=" + c.User,
		"SHELL=/bin/sh",
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=C.UTF-8",
		"XDG_RUNTIME_DIR=" + c.runtimeDir(),
	}
}

func (c Config) runtimeDir() string { return fmt.Sprintf("/run/user/%d", c.UID) }
