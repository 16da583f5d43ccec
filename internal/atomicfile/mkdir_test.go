package atomicfile

import (
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A directory that cannot be given its mode is not made: the next run would take the
// mode that it has for somebody's choice.
//
// Fault: disk-broken
func TestMkdirWithoutItsMode(t *testing.T) {
	dir := t.TempDir()
	errs := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with this function
		if err := refuse(unix.SYS_FCHMODAT, unix.EIO); err != nil {
			errs <- err
			return
		}
		errs <- Mkdir(filepath.Join(dir, "d"), 0o755)
	}()
	if err := <-errs; !errors.Is(err, unix.EIO) {
		t.Errorf("%v, want EIO", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("directory holds %q", got)
	}
}

// refuse has a system call of this thread end with an error from now on (seccomp(2)).
func refuse(call uint32, errno unix.Errno) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}
