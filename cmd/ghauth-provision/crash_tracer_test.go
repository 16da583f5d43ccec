package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// tracerVar has this program, run anew, run a command and disturb it:
//
//	HOW CALL N PATH CMD...
//
// HOW is "kill", before the N-th CALL on PATH; the number of an error, which that call is
// given; or "none". All calls that change files are written to the file trace, one a
// line as CALL, N and PATH, and with "injected" where it was disturbed. They are
// counted for all threads together, and by what they are on: so that a call is the
// same one in each run, whichever thread Go has it made by. Children go their way.
const tracerVar = "GHAUTH_TRACER"

// A step is the n-th call of a name on a path, in which the digits of temporary names
// are left out.
type step struct {
	call string
	n    int
	path string
}

// A tracer follows a process (ptrace(2)).
type tracer struct {
	pid     int
	out     *os.File
	how     string
	at      step
	seen    map[step]int          // with n = 0
	threads map[int]bool          // each, and whether it is within a call
	failing map[int]syscall.Errno // what a thread's call is to end with
}

func trace(args []string) int {
	runtime.LockOSThread() // ptrace(2) is the right of one thread
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, "tracer:", err)
		return 1
	}
	out, err := os.Create("trace")
	if err == nil {
		err = os.Unsetenv(tracerVar)
	}
	if err != nil {
		return fail(err)
	}
	cmd := exec.Command(args[4], args[5:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return fail(err)
	}
	t := tracer{pid: cmd.Process.Pid, out: out, how: args[0], at: step{args[1], number(args[2]), args[3]},
		seen: map[step]int{}, threads: map[int]bool{cmd.Process.Pid: false}, failing: map[int]syscall.Errno{}}
	status, err := t.follow()
	if err != nil {
		return fail(err)
	}
	return status
}

// follow lets the process run to its end, and stops it at each of its calls.
func (t tracer) follow() (status int, err error) {
	var state syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &state, syscall.WALL, nil); err != nil {
		return 0, err
	}
	options := syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return 0, err
	}
	for tid, signal := t.pid, 0; ; {
		if err := syscall.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return 0, err
		}
		if tid, state, err = t.next(); err != nil {
			return 0, err
		}
		switch {
		case state.Exited():
			return state.ExitStatus(), nil
		case state.Signaled():
			return 128 + int(state.Signal()), nil
		}
		if signal, err = t.stopped(tid, state); err != nil && !errors.Is(err, syscall.ESRCH) {
			return 0, err // the other one says that it has been killed
		}
	}
}

// next waits for a thread to stop, or for the process to end.
func (t tracer) next() (tid int, state syscall.WaitStatus, err error) {
	for {
		tid, err = syscall.Wait4(-1, &state, syscall.WALL, nil)
		threadEnded := err == nil && !state.Stopped() && tid != t.pid
		if !threadEnded && !errors.Is(err, syscall.EINTR) {
			return tid, state, err
		}
	}
}

// stopped gives the signal that a thread goes on with, which has stopped for one, or for
// one of our reasons.
func (t tracer) stopped(tid int, state syscall.WaitStatus) (signal int, err error) {
	_, known := t.threads[tid]
	switch stop := state.StopSignal(); {
	case stop == syscall.SIGTRAP|0x80:
		return 0, t.reach(tid)
	case state.TrapCause() > 0:
		return 0, nil // it has a new thread
	case stop == syscall.SIGSTOP && !known:
		t.threads[tid] = false
		return 0, nil
	default:
		return int(stop), nil
	}
}

// reach is called before a call and after it.
func (t tracer) reach(tid int) error {
	t.threads[tid] = !t.threads[tid]
	if !t.threads[tid] {
		errno, ok := t.failing[tid]
		if !ok {
			return nil
		}
		delete(t.failing, tid)
		return answerCall(tid, errno)
	}
	call, path := t.change(tid)
	if call == "" {
		return nil
	}
	s := step{call: call, path: digits.ReplaceAllString(path, "#$1")}
	t.seen[s]++
	s.n = t.seen[s]
	disturbed := ""
	if t.how != "none" && s == t.at {
		disturbed = "injected"
	}
	if _, err := fmt.Fprintf(t.out, "%s\t%d\t%s\t%s\n", call, s.n, path, disturbed); err != nil || disturbed == "" {
		return err
	}
	if t.how == "kill" {
		return syscall.Kill(t.pid, syscall.SIGKILL)
	}
	t.failing[tid] = syscall.Errno(number(t.how))
	return skipCall(tid)
}

// digits make temporary names unique.
var digits = regexp.MustCompile(`[0-9]{6,}(/|$)`)

// calls are those that change files, with which of their arguments say where: a
// descriptor alone, or a directory's and, behind it, a path below that.
var calls = map[uintptr]struct {
	name string
	dir  int
	path int // 0: none
}{
	unix.SYS_OPENAT: {"openat", 0, 1}, unix.SYS_MKDIRAT: {"mkdirat", 0, 1}, unix.SYS_WRITE: {"write", 0, 0}, unix.SYS_FCHMOD: {"fchmod", 0, 0},
	unix.SYS_FCHMODAT: {"fchmodat", 0, 1}, unix.SYS_FSYNC: {"fsync", 0, 0}, unix.SYS_CLOSE: {"close", 0, 0}, unix.SYS_RENAMEAT: {"renameat", 0, 1},
	unix.SYS_RENAMEAT2: {"renameat2", 0, 1}, unix.SYS_UNLINKAT: {"unlinkat", 0, 1}, unix.SYS_SYMLINKAT: {"symlinkat", 1, 2},
}

// change gives the name of the call that a thread has come to, and what it is on, if it
// changes a file, or ends the writing of one.
func (t tracer) change(tid int) (name, path string) {
	nr, args := callOf(tid)
	c, ok := calls[nr]
	if !ok {
		return "", ""
	}
	path = t.open(args[c.dir])
	if c.path > 0 {
		if below := t.text(tid, args[c.path]); filepath.IsAbs(below) {
			path = below
		} else {
			path = filepath.Join(path, below)
		}
		if rest, ok := strings.CutPrefix(path, "/proc/self/fd/"); ok {
			fd, below, _ := strings.Cut(rest, "/")
			path = filepath.Join(t.open(uint64(number(fd))), below)
		}
	}
	removesDir := nr == unix.SYS_UNLINKAT && args[2]&unix.AT_REMOVEDIR != 0
	switch {
	case nr == unix.SYS_OPENAT && args[2]&unix.O_CREAT == 0:
		return "", "" // it is only read
	case nr == unix.SYS_CLOSE && (!temporary.MatchString(path) || isDir(path)):
		return "", "" // nothing could be lost any more
	case nr == unix.SYS_UNLINKAT && !removesDir && isDir(path):
		return "", "" // os.Remove tries that first
	}
	return c.name, path
}

func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// open gives what a descriptor of the process is open on; AT_FDCWD is where it works.
func (t tracer) open(fd uint64) string {
	at := fmt.Sprintf("/proc/%d/fd/%d", t.pid, int32(fd))
	if int32(fd) == unix.AT_FDCWD {
		at = fmt.Sprintf("/proc/%d/cwd", t.pid)
	}
	path, _ := os.Readlink(at)
	return path
}

// text reads what ends with a NUL.
func (t tracer) text(tid int, at uint64) string {
	var all []byte
	for chunk := make([]byte, 64); !slices.Contains(all, 0); {
		n, err := syscall.PtracePeekData(tid, uintptr(at)+uintptr(len(all)), chunk)
		all = append(all, chunk[:n]...)
		if err != nil || n == 0 {
			break
		}
	}
	text, _, _ := bytes.Cut(all, []byte{0})
	return string(text)
}
