package testhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// requestVar marks a process as a stage and tells it what to do. The command's
// clean environment ends it.
const requestVar = "TESTHOST_REQUEST"

// socketFD is the stages' end of the socket: exec.Cmd.ExtraFiles starts at 3.
const socketFD = 3

const (
	keeperStage = "keeper" // outside, looks after the cgroup
	initStage   = "init"   // PID 1 of the host
)

// A request is what one stage asks of the next.
type request struct {
	Stage  string
	Config Config
	Argv   []string
	Dir    string // the caller's working directory
}

// environ is this process's environment with the request in it. A stage built
// with the race detector need not linger at its end (go.dev/doc/articles/race_detector).
func (r request) environ() ([]string, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("testhost: %w", err)
	}
	race := "GORACE=" + os.Getenv("GORACE") + " atexit_sleep_ms=0"
	return append(os.Environ(), race, requestVar+"="+string(b)), nil
}

// A result is a stage's answer to the caller: the command's exit status, or an
// error, with its number if a system call gave it.
type result struct {
	Status int
	Error  string
	Errno  syscall.Errno
}

// A hostError is an error that a stage reported.
type hostError struct{ result }

func (e *hostError) Error() string { return "testhost: " + e.result.Error }

func (e *hostError) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

// report answers the caller, who may be gone.
func report(caller *os.File, status int, err error) {
	r := result{Status: status}
	if err != nil {
		r.Error = err.Error()
		errors.As(err, &r.Errno)
	}
	json.NewEncoder(caller).Encode(r)
}

var mainCalled bool

// Main must be called first in main or TestMain of every program that uses
// [Run]. In the package's own stages it takes over and does not return; anywhere
// else it returns at once.
func Main() {
	mainCalled = true
	text, ok := os.LookupEnv(requestVar)
	if !ok {
		return
	}
	os.Unsetenv(requestVar)
	var r request
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		fmt.Fprintf(os.Stderr, "testhost: %s: %v\n", requestVar, err)
		os.Exit(1)
	}
	// A terminal's signals reach the command by themselves, since it is in the
	// caller's process group. The stages outlive them to clean up. They are
	// caught, not ignored: that would be inherited.
	signal.Notify(make(chan os.Signal, 1), unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP)
	unix.CloseOnExec(socketFD)
	caller := os.NewFile(socketFD, "caller")
	if r.Stage == keeperStage {
		if err := keep(r, caller); err != nil {
			report(caller, -1, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	status, err := runInit(r, caller)
	report(caller, status, err)
	os.Exit(0)
}

// socketPair returns the caller's end and the stages' end of a socket.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "host"), os.NewFile(uintptr(fds[1]), "caller"), nil
}

// hungUp blocks until the caller is gone. It reads nothing, so both stages may
// use it.
func hungUp(caller *os.File) {
	p := []unix.PollFd{{Fd: int32(caller.Fd()), Events: unix.POLLRDHUP}}
	for {
		if n, err := unix.Poll(p, -1); n > 0 || err != unix.EINTR {
			return
		}
	}
}
