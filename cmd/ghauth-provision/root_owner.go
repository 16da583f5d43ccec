package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// goOnAsOwner lets root, as whom images are built, go on as the user to whom home
// belongs, the home beneath --root. It comes back only to say why not.
func (w *world) goOnAsOwner(home string) error {
	info, err := os.Stat(home)
	if err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t)
	if owner.Uid == 0 {
		return &failure{exitBadSetup, fmt.Sprintf("%s belongs to root, so all that is made in it would, too", home),
			"create the user in the image first, with a home of their own, and set HOME to that, as it is in the image"}
	}
	args := append([]string{program}, w.args...)
	if err := execAs(int(owner.Uid), int(owner.Gid), args, w.env); err != nil {
		return &failure{exitDenied, fmt.Sprintf("cannot go on as uid %d, to whom %s belongs: %v", owner.Uid, home, err),
			fmt.Sprintf("run it with the capabilities SETUID, SETGID and DAC_OVERRIDE, or as that user: setpriv --reuid=%d --regid=%d --clear-groups %s …", owner.Uid, owner.Gid, program)}
	}
	return nil
}

// execAs starts this program anew in its own place, so that signals and the exit
// status need nobody to pass them on: as another user, in no group but gid. Of
// root's powers it keeps CAP_DAC_OVERRIDE alone, by which the key and the directories
// above the image stay in reach. It is an ambient capability, which outlasts
// execve(2); see capabilities(7).
func execAs(uid, gid int, args, env []string) error {
	// Capabilities are a thread's own, and execve(2) goes on with its caller's.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	if err := syscall.Setgroups(nil); err != nil {
		return os.NewSyscallError("setgroups", err)
	}
	if err := syscall.Setgid(gid); err != nil {
		return os.NewSyscallError("setgid", err)
	}
	if err := syscall.Setuid(uid); err != nil {
		return os.NewSyscallError("setuid", err)
	}
	only := uint32(1) << unix.CAP_DAC_OVERRIDE
	sets := [2]unix.CapUserData{{Effective: only, Permitted: only, Inheritable: only}}
	if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &sets[0]); err != nil {
		return os.NewSyscallError("capset", err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, unix.CAP_DAC_OVERRIDE, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	return os.NewSyscallError("execve", syscall.Exec("/proc/self/exe", args, env))
}
