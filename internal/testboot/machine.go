package testboot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// bootLimit bounds the time that a boot may take; it takes two or three seconds.
const bootLimit = 2 * time.Minute

// A Machine is a booted machine. Its methods may be called in parallel.
type Machine struct {
	pid     int           // of its PID 1, as seen from here
	caller  *os.File      // the keeper watches the other end
	gone    chan struct{} // closed when the keeper is gone, and all with it
	console *os.File
}

// Boot boots a machine from what [Root] returned, which stays as it is, and waits
// until the boot is over, well or not: some unit may fail in a container. ctx is
// for the boot alone: the machine runs until Stop, or until this process ends.
func Boot(ctx context.Context, root string) (*Machine, error) {
	return boot(ctx, request{Root: root})
}

func boot(ctx context.Context, r request) (*Machine, error) {
	if !mainCalled {
		return nil, errors.New("testboot: Boot without Main: call testboot.Main first in TestMain")
	}
	m, err := r.startKeeper()
	if err != nil {
		return nil, fmt.Errorf("testboot: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, bootLimit)
	defer cancel()
	if err := m.await(ctx); err != nil {
		err = fmt.Errorf("testboot: %w\n%s", err, m.consoleTail())
		m.Stop()
		return nil, err
	}
	return m, nil
}

// startKeeper starts the keeper, in a session of its own, so that a terminal's
// signals leave it to clean up, and with mounts of its own, which Go makes
// private.
func (r request) startKeeper() (*Machine, error) {
	r.Stage = keeperStage
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	m := &Machine{caller: ours, gone: make(chan struct{})}
	if m.console, err = consoleFile(); err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	cmd, err := r.command(theirs)
	if err == nil {
		cmd.Stdout, cmd.Stderr = m.console, m.console
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Unshareflags: unix.CLONE_NEWNS}
		err = cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(err, ours.Close(), m.console.Close())
	}
	go func() {
		cmd.Wait()
		close(m.gone)
	}()
	return m, nil
}

// await waits until the machine has booted.
func (m *Machine) await(ctx context.Context) error {
	report, err := receive(m.caller)
	if err != nil {
		return err
	}
	m.pid = report.PID
	return m.settle(ctx)
}

// settle waits until systemd is no longer starting (systemctl(1)). It asks again
// while systemd is too young to be asked.
func (m *Machine) settle(ctx context.Context) error {
	for {
		var state bytes.Buffer
		_, err := m.Run(ctx, Cmd{Stdout: &state}, "systemctl", "--wait", "is-system-running")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		switch state.String() {
		case "running\n", "degraded\n":
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the boot is not over (%q): %w", state.String(), ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the machine at once, without a shutdown, and waits until all of it is
// gone: processes, mounts, files, cgroups. It may be called again.
func (m *Machine) Stop() {
	m.caller.Close()
	<-m.gone
	m.console.Close()
}

// consoleFile makes a file without a name for what the stages and PID 1 print.
func consoleFile() (*os.File, error) {
	f, err := os.CreateTemp("", "testboot-console-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// consoleTail returns the end of the console's output, to be shown with an error.
func (m *Machine) consoleTail() string {
	b := make([]byte, 2000)
	end, err := m.console.Seek(0, io.SeekEnd)
	if err != nil {
		return err.Error()
	}
	n, _ := m.console.ReadAt(b, max(0, end-int64(len(b))))
	return string(b[:n])
}

// socketPair returns the caller's end and the keeper's end of a socket.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socketpair: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "machine"), os.NewFile(uintptr(fds[1]), "caller"), nil
}
