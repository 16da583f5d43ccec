package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// takopiDir is where uv keeps Takopi's environment: where an apply has found it, while
// it may still be there, else where uv would have it today.
func (w *world) takopiDir() string {
	return cmp.Or(w.environment, filepath.Join(w.uvToolDir(), takopi.Tool))
}

// uvToolDir is where uv keeps tools (docs.astral.sh/uv/reference/storage, "Tools").
func (w *world) uvToolDir() string {
	if dir := w.getenv("UV_TOOL_DIR"); filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	data := w.getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) {
		data = filepath.Join(w.getenv("HOME"), ".local/share")
	}
	return filepath.Join(data, "uv/tools")
}

// recallTakopi looks up where an apply, whose manifest is in configDir, has found Takopi.
// What cannot be seen may be there.
func (w *world) recallTakopi(configDir string) {
	dir := plan.Environment(w.root, filepath.Join(configDir, plan.ManifestName))
	if dir == "" {
		return
	}
	if _, err := os.Stat(receiptIn(dir)); !errors.Is(err, fs.ErrNotExist) {
		w.environment = dir
	}
}

// offerPlugin has site bring the plugin, where there is a Takopi for it.
func (w *world) offerPlugin(site *units.Site, configDir string) {
	if w.root != "" {
		return
	}
	if w.recallTakopi(configDir); !w.hasTakopi() {
		return
	}
	site.Environment = w.takopiDir()
	site.Wheel = func(binary string, with []string) (string, []byte, error) {
		wheel, err := takopi.NewWheel(binary, with...)
		return wheel.Name, wheel.Data, err
	}
}

func receiptIn(dir string) string { return filepath.Join(dir, "uv-receipt.toml") }

func (w *world) hasTakopi() bool { return exists(receiptIn(w.takopiDir())) }

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
	command, err := p.commandIn(e, p.j.desired.Wheel)
	switch {
	case err != nil:
		s.Notes = append(s.Notes, "the plugin is not installed: "+err.Error()+"; see "+program+" plugin wheel --help")
	case p.uv() == "":
		s.Notes = append(s.Notes, "the plugin is not installed: uv is not found; put it on the PATH, and apply again")
	default:
		s.Reason = reason
		s.Notes = append(append(s.Notes, e.Changed(p.with(p.j.desired.Wheel)...)...), "the plugin is installed by: "+command.String())
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
	command, err := p.command("")
	if err != nil {
		return "run: uv tool install takopi, with all packages that you want in it; and then run this again"
	}
	return "once uv works, run this again; or take it out by: " + command.String()
}

// Restart restarts the unit, if it runs.
func (p *takopiPlugin) Restart(ctx context.Context, unit string) error {
	err := p.j.host.Units.TryRestart(ctx, unit)
	return p.j.leave(err, "Takopi does not run again", "see: systemctl --user status "+unit+"; and then run: systemctl --user restart "+unit)
}
