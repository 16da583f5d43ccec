package testhost

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	managerStart = 30 * time.Second
	managerStop  = 5 * time.Second
)

// managerPath is where the manager is, merged /usr or not; empty if nowhere.
func managerPath() string {
	for _, name := range []string{"/usr/lib/systemd/systemd", "/lib/systemd/systemd"} {
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}
	return ""
}

// startManager starts systemd --user and waits until its startup is over, well
// or not: some unit of the machine may fail in here.
func (g *guest) startManager() (*process, error) {
	path := managerPath()
	if path == "" {
		return nil, errors.New("systemd is not installed")
	}
	cmd := exec.Command(path, "--user")
	cmd.Dir = "/"
	cmd.Env = append(g.environ(), "SYSTEMD_LOG_TARGET=journal")
	limit := time.After(managerStart)
	p, err := g.startIn(managerGroup, cmd, func() (*process, error) { return g.startDaemon(cmd, limit) })
	if err == nil {
		err = g.settle(limit)
	}
	if err != nil {
		return nil, fmt.Errorf("systemd --user: %w\n%s", err, g.journal())
	}
	return p, nil
}

// settle waits until the manager is no longer "starting" (systemctl(1)). The
// manager says READY=1 earlier than that, at basic.target.
func (g *guest) settle(limit <-chan time.Time) error {
	cmd := exec.Command("systemctl", "--user", "--wait", "is-system-running")
	cmd.Dir = "/"
	cmd.Env = g.environ()
	p, err := g.startIn(sessionGroup, cmd, func() (*process, error) { return g.start(cmd) })
	if err != nil {
		return err
	}
	return g.wait(p.done, limit)
}

// stopManager asks the manager to stop its units and exit: SIGRTMIN+24 is
// "systemctl --user exit" (systemd(1)), and the C library's SIGRTMIN is 34.
func stopManager(p *process) {
	p.stop(syscall.Signal(34+24), managerStop)
}

// The cgroups of a user's manager and session have the names that pam_systemd(8)
// would give them, since journald reads unit and user from them.
const (
	managerGroup = "user@%d.service"
	sessionGroup = "session-1.scope"
)

func (c Config) cgroup(group string) string {
	dir := fmt.Sprintf("/sys/fs/cgroup/user.slice/user-%d.slice", c.UID)
	if group == managerGroup {
		group = fmt.Sprintf(managerGroup, c.UID)
	}
	return filepath.Join(dir, group)
}

// makeCgroups delegates a part of the host's hierarchy to the user (cgroups(7),
// "Cgroups delegation"). The manager moves processes from the session to scopes
// of its own, so the directory above the two has to be the user's as well.
func (c Config) makeCgroups() error {
	for _, dir := range []string{c.cgroup(""), c.cgroup(managerGroup), c.cgroup(sessionGroup)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for _, name := range []string{"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
			if err := os.Chown(filepath.Join(dir, name), c.UID, c.UID); err != nil {
				return err
			}
		}
	}
	return nil
}

// startIn lets start start cmd as the user in a cgroup, which only the parent can
// arrange before the program runs (clone(2), CLONE_INTO_CGROUP).
func (c Config) startIn(group string, cmd *exec.Cmd, start func() (*process, error)) (*process, error) {
	dir, err := os.OpenFile(c.cgroup(group), os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd())}
	c.become(cmd)
	return start()
}
