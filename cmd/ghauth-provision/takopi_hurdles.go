package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
)

// hurdles tell what keeps the chat from the plugin even where it is installed, each
// with a fix: that is the owner's to do. A plan has them as notes, doctor as checks.
func (p *takopiPlugin) hurdles(e takopi.Environment) (checks []preflight.Check) {
	if rival, recorded := e.Rival(); rival != "" {
		checks = append(checks, failed("plugin", "the plugin is left as it is: "+rival+" offers /ghauth, too, and of two Takopi loads neither",
			"take it out: "+p.without(rival, recorded)))
	}
	src, err := os.ReadFile(p.config())
	if reason, fix := takopi.Hidden(src); err == nil && reason != "" {
		checks = append(checks, failed("takopi.toml", fmt.Sprintf("Takopi will not load the plugin: in %s, %s", p.w.tilde(p.config()), reason),
			fix+", and restart Takopi"))
	}
	return checks
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
