package testboot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Cmd says how [Machine.Run] runs a command. The zero value is root's, without
// input and output.
type Cmd struct {
	// User logs in first, with a session of logind's (pam_systemd(8)) and the
	// environment of a login. Empty: root, without a session.
	User string

	// Env is added to the environment and overrides it.
	Env []string

	// The streams, as in [exec.Cmd].
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

// rootEnv is root's environment, clean as PID 1's.
var rootEnv = []string{"HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh",
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

var errGone = errors.New("the machine is gone")

// Run runs argv in the machine and returns its exit status, 128+N if signal N
// killed it, 127 if there is no such command. The error is about the machine.
// When ctx is done the command gets SIGTERM, and Run returns ctx's error; what
// ignores that, or was started by it, may go on until Stop.
func (m *Machine) Run(ctx context.Context, c Cmd, argv ...string) (status int, err error) {
	select {
	case <-m.gone: // and its process ID is another's, perhaps
		return -1, errGone
	default:
	}
	// PID 1's own cgroup is there from the start; logind moves a session from it.
	cgroup, err := os.Open(filepath.Join("/proc", strconv.Itoa(m.pid), "root", "sys/fs/cgroup/init.scope"))
	if err != nil {
		return -1, fmt.Errorf("enter the machine: %w", err)
	}
	defer cgroup.Close()
	cmd := m.command(ctx, c, argv)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, UseCgroupFD: true, CgroupFD: int(cgroup.Fd())}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second // su gives the command two
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return -1, ctx.Err()
	case errors.As(err, &exit):
		return exitStatus(exit), nil
	case err != nil:
		return -1, fmt.Errorf("enter the machine: %w", err)
	}
	return 0, nil
}

// command makes the command that enters the machine's namespaces.
func (m *Machine) command(ctx context.Context, c Cmd, argv []string) *exec.Cmd {
	args := []string{"--target=" + strconv.Itoa(m.pid), "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--"}
	if c.User != "" {
		args = append(args, "su", "--login", "--command", `exec "$@"`, "--", c.User, "sh")
	}
	args = append(args, "env")
	args = append(args, c.Env...)
	cmd := exec.CommandContext(ctx, "nsenter", append(args, argv...)...)
	cmd.Env = rootEnv
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	return cmd
}

// exitStatus is the status as a shell tells it (exit(1p)).
func exitStatus(err *exec.ExitError) int {
	if ws := err.Sys().(syscall.WaitStatus); ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return err.ExitCode()
}

// Write makes the file path in the machine, root's, and its directories.
func (m *Machine) Write(ctx context.Context, content io.Reader, path string, mode fs.FileMode) error {
	perm := fmt.Sprintf("--mode=%o", mode.Perm())
	status, err := m.Run(ctx, Cmd{Stdin: content}, "install", "-D", perm, "/dev/stdin", path)
	if err == nil && status != 0 {
		err = fmt.Errorf("write %s: status %d", path, status)
	}
	return err
}

// Copy copies a file of this host to path in the machine.
func (m *Machine) Copy(ctx context.Context, hostPath, path string, mode fs.FileMode) error {
	f, err := os.Open(hostPath)
	if err != nil {
		return err
	}
	defer f.Close()
	return m.Write(ctx, f, path, mode)
}
