package testhost

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// errHungUp says that the caller is gone: the host has to go as well.
var errHungUp = errors.New("the caller hung up")

// errLate says that something took longer than its limit.
var errLate = errors.New("timed out")

// A process was started by PID 1.
type process struct {
	pid  int
	done chan struct{} // closed at its end, when status holds
	code syscall.WaitStatus
}

// status is the exit status as a shell tells it (exit(1p)).
func (p *process) status() int {
	if p.code.Signaled() {
		return 128 + int(p.code.Signal())
	}
	return p.code.ExitStatus()
}

// A reaper starts processes and waits for every child of PID 1: its own and the
// orphans which the kernel hands it (pid_namespaces(7)). The lock keeps it from
// reaping a child that start has not recorded yet.
type reaper struct {
	mu      sync.Mutex
	started map[int]*process
	hangup  chan struct{} // closed when the caller is gone
}

func newReaper(caller *os.File) *reaper {
	r := &reaper{started: make(map[int]*process), hangup: make(chan struct{})}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, unix.SIGCHLD)
	go func() {
		for range ended {
			r.reap()
		}
	}()
	go func() {
		hungUp(caller)
		close(r.hangup)
	}()
	return r
}

// start starts cmd. Its Wait must not be called.
func (r *reaper) start(cmd *exec.Cmd) (*process, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{pid: cmd.Process.Pid, done: make(chan struct{})}
	r.started[p.pid] = p
	return p, nil
}

// reap takes the status of every child that has ended.
func (r *reaper) reap() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var code syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &code, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if pid <= 0 {
			return
		}
		if p := r.started[pid]; p != nil {
			delete(r.started, pid)
			p.code = code
			close(p.done)
		}
	}
}

// wait waits until done is closed.
func (r *reaper) wait(done <-chan struct{}, limit <-chan time.Time) error {
	select {
	case <-done:
		return nil
	case <-r.hangup:
		return errHungUp
	case <-limit:
		return errLate
	}
}

// stop sends p a signal and gives it some time to end.
func (p *process) stop(sig syscall.Signal, grace time.Duration) {
	unix.Kill(p.pid, sig)
	select {
	case <-p.done:
	case <-time.After(grace):
	}
}
