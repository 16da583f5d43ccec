package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

const (
	// uvTimeout bounds a run of uv, which may have to fetch packages.
	uvTimeout = 5 * time.Minute
	// maxUVTail bounds what is shown of uv's output, in bytes.
	maxUVTail = 1500
)

// takopiDir is where uv keeps Takopi's environment
// (docs.astral.sh/uv/reference/storage, "Tools").
func (w *world) takopiDir() string {
	if dir := w.getenv("UV_TOOL_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, takopi.Tool)
	}
	data := w.getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) {
		data = filepath.Join(w.getenv("HOME"), ".local/share")
	}
	return filepath.Join(data, "uv/tools", takopi.Tool)
}

func (w *world) hasTakopi() bool { return exists(filepath.Join(w.takopiDir(), "uv-receipt.toml")) }

func (w *world) withoutTakopi() string {
	return fmt.Sprintf("Takopi is not installed by uv: %s is not there. Its plugin is left to you: see %s plugin wheel --help, or say plugin = false in the spec's takopi block",
		w.tilde(w.takopiDir()), program)
}

// takopiPlugin installs the plugin into the environment that uv keeps for Takopi.
type takopiPlugin struct {
	w      *world
	j      *job
	failed bool // uv has, in this run: that has been told
}

// Look reads what is there, and starts no program.
func (p *takopiPlugin) Look() (plan.PluginState, error) {
	s := plan.PluginState{Dir: p.w.takopiDir()}
	e, err := takopi.ReadEnvironment(s.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		s.Installed, s.Notes = true, []string{"the plugin: not checked: " + err.Error() + "; see " + program + " plugin wheel --help"}
		return s, nil
	}
	s.Installed = e.Has()
	if p.j.desired.Wheel == "" || p.failed {
		return s, nil
	}
	s.Notes = p.hidden()
	wheel, err := takopi.NewWheel(units.PathsOf(p.j.spec, p.j.executable).Binary, p.j.spec.Takopi.With...)
	if err != nil {
		return s, err
	}
	reason := e.Lacks(wheel, p.j.desired.Wheel)
	if rival := e.Rival(); rival != "" {
		s.Notes = []string{fmt.Sprintf("the plugin is not installed: %s offers /ghauth, too, and of two Takopi loads neither; take it out: uv pip uninstall --python %s %s",
			rival, p.w.tilde(filepath.Join(s.Dir, "bin/python")), rival)}
		return s, nil
	}
	if reason == "" {
		return s, nil
	}
	words, err := e.Command(p.j.desired.Wheel)
	switch {
	case err != nil:
		s.Notes = []string{"the plugin is not installed: " + err.Error() + "; see " + program + " plugin wheel --help"}
	case p.uv() == "":
		s.Notes = []string{"the plugin is not installed: uv is not found; put it on the PATH, and apply again"}
	default:
		s.Reason = reason
		s.Notes = append(s.Notes, "the plugin is installed by: "+shellWords(append([]string{"uv"}, words...)))
	}
	return s, nil
}

// hidden tells what in takopi.toml keeps the plugin from being reached. That is the
// owner's to change.
func (p *takopiPlugin) hidden() []string {
	file := p.j.spec.Takopi.Config
	src, err := os.ReadFile(file)
	if reason := takopi.Hidden(src); err == nil && reason != "" {
		return []string{fmt.Sprintf("Takopi will not load the plugin: in %s, %s", p.w.tilde(file), reason)}
	}
	return nil
}

// Install has uv make the environment anew with the plugin.
func (p *takopiPlugin) Install(ctx context.Context) error {
	if err := p.run(ctx, p.j.desired.Wheel); err != nil {
		p.failed = true
		return p.j.leave(err, "the plugin is not installed", "see what uv says, and apply again")
	}
	if p.j.desired.TakopiUnit == "" {
		p.w.say("restart Takopi: it loads the plugin when it starts")
	}
	return nil
}

// Uninstall has uv make the environment anew without it.
func (p *takopiPlugin) Uninstall(ctx context.Context, _ string) error {
	err := p.run(ctx, "")
	if err == nil {
		p.w.say("restart Takopi: it has the plugin loaded still")
	}
	return p.j.leave(err, "the plugin is still in Takopi's environment", "run: uv tool install takopi, with all packages that you want in it")
}

// Restart restarts the unit, once the plugin is there.
func (p *takopiPlugin) Restart(ctx context.Context, unit string) error {
	if p.failed {
		return p.j.leave(&failure{exitNoTool, "it would be without the plugin", ""}, "Takopi is not restarted", "apply again")
	}
	err := p.j.host.UnitsErr
	if err == nil {
		err = p.j.host.Units.Restart(ctx, unit)
	}
	return p.j.leave(err, "Takopi is not restarted", "run: systemctl --user restart "+unit)
}

// run has uv install Takopi with the wheel, or without the plugin if that is
// empty, as it is installed at this moment.
func (p *takopiPlugin) run(ctx context.Context, wheel string) error {
	fail := func(err error) error { return &failure{exitNoTool, err.Error(), ""} }
	e, err := takopi.ReadEnvironment(p.w.takopiDir())
	if err != nil {
		return fail(err)
	}
	words, err := e.Command(wheel)
	if err != nil {
		return fail(err)
	}
	uv := p.uv()
	if uv == "" {
		return fail(errors.New("uv is not found"))
	}
	ctx, cancel := context.WithTimeout(ctx, uvTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, uv, words...)
	cmd.Env = withoutTokens(p.w.env)
	out := &refresh.Tail{Max: maxUVTail}
	cmd.Stdout, cmd.Stderr = out, out
	refresh.KillGroup(cmd)
	// Asked to, uv ends in good order; killed, it may leave half an environment.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	p.w.slow("uv is at work in Takopi's environment", func() { err = cmd.Run() })
	if err != nil {
		return fail(fmt.Errorf("uv tool install: %w: %s", err, out))
	}
	return nil
}

// uv finds the program, or gives nothing.
func (p *takopiPlugin) uv() string {
	home := p.w.getenv("HOME")
	for _, name := range []string{"uv", filepath.Join(home, ".local/bin/uv"), filepath.Join(home, ".cargo/bin/uv")} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// withoutTokens takes GitHub's own variables out of an environment.
func withoutTokens(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		return strings.HasPrefix(v, "GH_") || strings.HasPrefix(v, "GITHUB_")
	})
}

// shellWords writes a command that people can copy.
func shellWords(words []string) string { return strings.Join(mapTo(words, shellWord), " ") }
