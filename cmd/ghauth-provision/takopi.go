package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
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

// binary is the path of the program that the plugin runs.
func (p *takopiPlugin) binary() string { return units.PathsOf(p.j.spec, p.j.executable).Binary }

// Look reads what is there, and starts no program.
func (p *takopiPlugin) Look() (plan.PluginState, error) {
	s := plan.PluginState{Dir: p.w.takopiDir(), Failed: p.failed}
	e, err := takopi.ReadEnvironment(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	s.Installed, s.Wheel = e.Has() || errors.Is(err, fs.ErrPermission), e.Wheel()
	if p.j.desired.Wheel == "" || p.failed {
		return s, nil
	}
	s.Notes = mapTo(p.hurdles(e), noteOf)
	if err != nil {
		s.Notes = append(s.Notes, "the plugin: not checked: "+err.Error()+"; see "+program+" plugin wheel --help")
		return s, nil
	}
	wheel, err := takopi.NewWheel(p.binary(), p.j.spec.Takopi.With...)
	if err != nil {
		return s, err
	}
	reason := e.Lacks(wheel, p.j.desired.Wheel)
	if rival, _ := e.Rival(); rival != "" || reason == "" {
		return s, nil
	}
	words, err := e.Command(p.j.desired.Wheel)
	switch {
	case err != nil:
		s.Notes = append(s.Notes, "the plugin is not installed: "+err.Error()+"; see "+program+" plugin wheel --help")
	case p.uv() == "":
		s.Notes = append(s.Notes, "the plugin is not installed: uv is not found; put it on the PATH, and apply again")
	default:
		s.Reason = reason
		s.Notes = append(s.Notes, "the plugin is installed by: "+shellWords(append([]string{"uv"}, words...)))
	}
	return s, nil
}

// errUV ends a plan in which uv has failed: the next one of this run goes on without
// it, and keeps the wheel that uv goes by.
var errUV = errors.New("uv has failed")

// Install has uv make the environment anew with the plugin.
func (p *takopiPlugin) Install(ctx context.Context) error {
	if err := p.putIn(ctx); err != nil {
		p.failed = true
		p.j.leave(err, "the plugin is not installed", "see what uv says, and apply again")
		return errUV
	}
	if !p.j.observed.TakopiIsUnit() {
		p.w.say("restart Takopi: it loads the plugin when it starts")
	}
	return nil
}

// Uninstall has uv make the environment anew without it.
func (p *takopiPlugin) Uninstall(ctx context.Context, _ string) error {
	if err := p.run(ctx, ""); err != nil {
		p.failed = true
		p.j.leave(err, "the plugin is still in Takopi's environment, and its wheel stays, as uv needs that", p.byHand())
		return errUV
	}
	if !p.j.observed.TakopiIsUnit() {
		p.w.say("restart Takopi: it has the plugin loaded still")
	}
	return nil
}

// byHand says how the plugin goes after all.
func (p *takopiPlugin) byHand() string {
	words, err := p.command("")
	if err != nil {
		return "run: uv tool install takopi, with all packages that you want in it; and then run this again"
	}
	return "once uv works, run this again; or take it out by: " + shellWords(append([]string{"uv"}, words...))
}

// Restart restarts the unit, if it runs.
func (p *takopiPlugin) Restart(ctx context.Context, unit string) error {
	err := p.j.host.Units.TryRestart(ctx, unit)
	return p.j.leave(err, "Takopi is not restarted", "run: systemctl --user restart "+unit)
}
