package testhost

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// commandGrace is how long the command may take to end after SIGTERM.
const commandGrace = 3 * time.Second

// A guest is the host as its PID 1 sees it.
type guest struct {
	Config
	*reaper
}

// runInit is PID 1 of the host. It returns the command's exit status; when it
// exits after that, the kernel kills what is left.
func runInit(r request, caller *os.File) (int, error) {
	runtime.LockOSThread() // capabilities belong to a thread
	g := &guest{Config: r.Config, reaper: newReaper(caller)}
	for _, step := range []func() error{g.prepare, g.makeCgroups, dropAmbient} {
		if err := step(); err != nil {
			return -1, err
		}
	}
	if !g.NoManager {
		if err := g.startJournal(); err != nil {
			return -1, err
		}
		manager, err := g.startManager()
		if err != nil {
			return -1, err
		}
		defer stopManager(manager)
	}
	return g.command(r)
}

// command runs the caller's command to its end, or to the caller's.
func (g *guest) command(r request) (int, error) {
	env := g.commandEnviron()
	for _, e := range env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			os.Setenv("PATH", path) // where exec.Command looks the program up
		}
	}
	cmd := exec.Command(r.Argv[0], r.Argv[1:]...)
	cmd.Env = env
	cmd.Dir = g.Home
	if r.Dir != "" && g.readable(r.Dir) {
		cmd.Dir = r.Dir
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	p, err := g.startIn(sessionGroup, cmd, func() (*process, error) { return g.start(cmd) })
	if err != nil {
		return -1, fmt.Errorf("start the command: %w", err)
	}
	if err := g.wait(p.done, nil); err != nil {
		p.stop(unix.SIGTERM, commandGrace)
		return -1, err
	}
	return p.status(), nil
}

// commandEnviron is the command's environment; a later entry overrides.
func (g *guest) commandEnviron() []string {
	env := g.environ()
	if !g.NoManager {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+g.runtimeDir()+"/bus")
	}
	if dir, ok := os.LookupEnv("TMPDIR"); ok {
		env = append(env, "TMPDIR="+dir)
	}
	return append(env, g.Env...)
}
