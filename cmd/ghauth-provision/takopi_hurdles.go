package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
)

// hurdles tell what keeps the chat from the plugin even where it is installed, each
// with a fix: that is the owner's to do. A plan has them as notes, doctor as checks.
func (p *takopiPlugin) hurdles(e takopi.Environment) (checks []preflight.Check) {
	if rival, recorded := e.Rival(); rival != "" {
		checks = append(checks, failed("plugin", "the plugin is left as it is: "+rival+" offers /ghauth, too, and of two Takopi loads neither",
			"take it out: "+p.without(rival, recorded)))
	}
	src, err := readFile(p.config(), takopi.MaxSize)
	if reason, fix := takopi.Hidden(src); err == nil && reason != "" {
		checks = append(checks, failed("takopi.toml", fmt.Sprintf("Takopi will not load the plugin: in %s, %s", p.w.tilde(p.config()), reason),
			fix+", and restart Takopi"))
	}
	return append(checks, olderThan(e.Since(), refresh.Running("/proc", takopi.Tool, ""))...)
}

// startSlack is how far off the start of a process may be, which the kernel tells of in
// whole seconds since a boot that it tells of in whole seconds.
const startSlack = 2 * time.Second

// olderThan tells of each Takopi that runs since before its plugin was put in: Takopi
// loads plugins once.
func olderThan(plugin time.Time, all []refresh.Program) (checks []preflight.Check) {
	for _, p := range all {
		if !p.Started.IsZero() && p.Started.Add(startSlack).Before(plugin) {
			checks = append(checks, failed("Takopi's process", fmt.Sprintf("Takopi (process %d) has been started before this plugin was put in, and has not loaded it", p.PID),
				"restart it"+restarting(p)))
		}
	}
	return checks
}

// restarting gives the command that restarts a program's unit, if it has one.
func restarting(p refresh.Program) string {
	switch {
	case p.Unit == "":
		return ""
	case p.System:
		return ": sudo systemctl restart " + p.Unit
	}
	return ": systemctl --user restart " + p.Unit
}

func (w *world) pluginOf(j *job) *takopiPlugin { return &takopiPlugin{w: w, j: j} }

// leftOut says why the plugin that the spec asks for is not here and no plan can bring
// it, or nothing. Where one can, it is in the plan.
func (p *takopiPlugin) leftOut() string {
	const noted = "not installed: see the notes"
	if p.j.spec == nil || p.j.system || p.w.root != "" || !p.j.spec.Takopi.Plugin {
		return ""
	}
	e, err := takopi.ReadEnvironment(p.w.takopiDir())
	switch {
	case !p.w.hasTakopi():
		return "uv has installed no Takopi here"
	case err != nil:
		return noted
	}
	rival, _ := e.Rival()
	wheel, err := takopi.NewWheel(p.binary(), p.j.spec.Takopi.With...)
	if err != nil || rival != "" || e.Lacks(wheel, p.j.desired.Wheel) != "" {
		return noted
	}
	return ""
}

// withoutUV is the error where nothing but uv is missing for the plugin, which a note
// has told of.
func (p *takopiPlugin) withoutUV() error {
	if p.w.hasTakopi() && p.leftOut() != "" && p.uv() == "" {
		return errTold(exitNoTool)
	}
	return nil
}

// noteOf puts a check into one line.
func noteOf(c preflight.Check) string { return c.Detail + "; " + c.Fix }

// config is where Takopi's configuration is, without a spec the usual one.
func (p *takopiPlugin) config() string {
	if p.j.spec == nil {
		return filepath.Join(p.w.getenv("HOME"), ".takopi/takopi.toml")
	}
	return p.j.spec.Takopi.Config
}

// without gives the command by which a package is taken out.
func (p *takopiPlugin) without(name string, recorded bool) string {
	if recorded {
		return "uv tool install takopi, with all that you want in it but " + name
	}
	return "uv pip uninstall --python " + p.w.tilde(filepath.Join(p.w.takopiDir(), "bin/python")) + " " + name
}

// unread tells that a Takopi that runs has not the table that the action a of p gives
// it, unless the plan has Takopi started anew, or asks for that.
func (w *world) unread(j *job, p plan.Plan, a plan.Action) []string {
	anew := slices.ContainsFunc(p.Actions, func(a plan.Action) bool { return a.Op == plan.InstallPlugin || a.Op == plan.RestartTakopi })
	if a.Op != plan.Change || j.spec == nil || a.Target != j.spec.Takopi.Config || anew || !w.hasTakopi() || takopi.Watches(a.After.Content) {
		return nil
	}
	return []string{"Takopi reads " + w.tilde(a.Target) + " when it starts: restart it, or say watch_config = true there"}
}
