package plugin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/child"
)

const (
	// maxTail bounds what is shown of the refresh script's output, in bytes.
	maxTail = 1200
	// maxOutput bounds what is looked at of it.
	maxOutput = 32 << 10
	// applyThere is what makes good most of what is missing.
	applyThere = "run `ghauth-provision apply` on the host"
)

// refresh runs the refresh script and tells how it went.
func (p Plugin) refresh(ctx context.Context, app string) (string, int) {
	if why := p.refused(); why != "" {
		return why + " The timer refreshes by itself; on the host, run ghauth-provision mint.", 77
	}
	if all, _ := p.holders(); app != "" && !slices.ContainsFunc(all, func(h holder) bool { return h.name == app }) {
		return noSuchApp(app, all), 64
	}
	if why := p.ScriptMissing(); why != "" {
		return "refresh script " + why + ": " + applyThere, 78
	}
	if why := p.RunnerMissing(); why != "" {
		return why + ": correct run_refresh_with in the spec", 78
	}
	argv := append(slices.Clone(p.RunRefreshWith), p.RefreshScript)
	if app != "" {
		argv = append(argv, "--app", app)
	}
	return p.run(ctx, argv)
}

// ScriptMissing says why the refresh script cannot be run, or nothing.
func (p Plugin) ScriptMissing() string {
	switch info, err := os.Stat(p.RefreshScript); {
	case errors.Is(err, fs.ErrNotExist):
		return "not found at " + p.tilde(p.RefreshScript)
	case err != nil:
		return "cannot be looked at: " + err.Error()
	case info.IsDir() || info.Mode()&0o111 == 0:
		return "at " + p.tilde(p.RefreshScript) + " is not a program"
	}
	return ""
}

// RunnerMissing says why the program that runs the refresh script cannot be run, or
// nothing. It is looked for on this process's PATH.
func (p Plugin) RunnerMissing() string {
	if len(p.RunRefreshWith) == 0 {
		return ""
	}
	name := p.RunRefreshWith[0]
	switch _, err := exec.LookPath(name); {
	case err == nil:
		return ""
	case name == "":
		return "the first word of run_refresh_with is empty"
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return p.tilde(name) + " is not installed"
	}
	return p.tilde(name) + " is not a program"
}

func (p Plugin) run(ctx context.Context, argv []string) (string, int) {
	ctx, cancel := context.WithTimeout(ctx, p.RefreshTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = scriptEnv(p.Env)
	out := &child.Tail{Max: maxOutput}
	cmd.Stdout, cmd.Stderr = out, out
	child.KillGroup(cmd)
	err := cmd.Run()
	tail := lastLines(p.homely(clean(out.String())), maxTail)
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // the latter: it left a process behind
		return "Refreshed.\n" + tail, 0
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("Refresh failed: no end after %s; it was stopped. The timer tries again, or raise refresh_timeout in the spec.\n%s", p.RefreshTimeout, tail), 75
	case errors.As(err, &exit) && exit.ExitCode() == 72:
		return "Refreshed, but gh could not be logged in.\n" + tail, 72
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return fmt.Sprintf("Refresh failed with status %d.\n%s", exit.ExitCode(), tail), exit.ExitCode()
	}
	return fmt.Sprintf("Refresh failed: %v\n%s", err, tail), 1
}

// scriptEnv is what the refresh script needs of Takopi's environment, which also
// holds the bot's token and whatever the agents are given.
func scriptEnv(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "TZ", "TMPDIR", "NO_COLOR",
			"GH_CONFIG_DIR", "DBUS_SESSION_BUS_ADDRESS", "SSL_CERT_FILE", "SSL_CERT_DIR",
			"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy":
			return false
		}
		return !strings.HasPrefix(name, "XDG_") && !strings.HasPrefix(name, "LC_")
	})
}
