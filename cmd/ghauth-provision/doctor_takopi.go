package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plugin"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// takopiChecks are those of the refresh script, of Takopi's plugin, and of what Takopi
// is started with. No program is run for them.
func (w *world) takopiChecks(ctx context.Context, s statusReport) []preflight.Check {
	checks := s.takopi.scriptCheck(s.setUp)
	if !s.takopi.wanted() {
		return checks
	}
	checks = append(checks, s.takopi.pluginChecks()...)
	apps, _ := refresh.Apps(s.dir)
	checks = append(checks, w.takopiUnits(ctx, s.takopi.restartUnit(), apps)...)
	return append(checks, takopiProcesses(apps)...)
}

// wanted reports whether the spec, if there is one, sets Takopi up.
func (p *takopiPlugin) wanted() bool { return p.j.spec == nil || p.j.spec.Takopi.Enabled }

// scriptCheck looks at the script that /ghauth refresh would run, which takopi.toml
// names, or else at the one that apply writes; setUp says how it comes.
func (p *takopiPlugin) scriptCheck(setUp string) []preflight.Check {
	src, err := readFile(p.config(), takopi.MaxSize)
	if err != nil || !p.wanted() {
		src = nil
	}
	table, err := takopi.Table(src)
	req, tableErr := plugin.ReadRequest(strings.NewReader(asSent(table)), p.w.getenv("HOME"))
	if err := cmp.Or(err, tableErr); err != nil {
		return []preflight.Check{failed("takopi.toml", p.w.tilde(p.config())+": "+err.Error(), "correct it, or run "+program+" apply")}
	}
	if _, named := table["refresh_script"]; !named && p.j.spec != nil {
		req.RefreshScript = units.PathsOf(p.j.spec, p.j.executable).Script
	}
	script := plugin.Plugin{Request: req, Home: p.w.getenv("HOME")}
	if why := script.ScriptMissing(); why != "" {
		return []preflight.Check{failed("refresh script", why, setUp)}
	}
	if why := script.RunnerMissing(); why != "" {
		return []preflight.Check{failed("refresh script", why+", and run_refresh_with names it", "install it, or correct run_refresh_with in the spec, and run "+program+" apply")}
	}
	return []preflight.Check{ok("refresh script", "is at "+p.w.tilde(req.RefreshScript))}
}

// asSent gives a table as Takopi's plugin sends it: what JSON has not, as a string.
func asSent(table map[string]any) string {
	for key, value := range table {
		if _, err := json.Marshal(value); err != nil {
			table[key] = fmt.Sprint(value)
		}
	}
	text, _ := json.Marshal(table)
	return string(text)
}

// pluginChecks tell whether Takopi has the plugin, by what is in its environment, and
// what keeps the chat from it, which is known without one, too.
func (p *takopiPlugin) pluginChecks() []preflight.Check {
	e, err := takopi.ReadEnvironment(p.w.takopiDir())
	hurdles := p.hurdles(e)
	if slices.ContainsFunc(hurdles, func(c preflight.Check) bool { return c.Name == "plugin" }) {
		return hurdles
	}
	return append([]preflight.Check{p.installed(e, err)}, hurdles...)
}

// installed tells whether the plugin is in e, as far as that is known: err is that of
// reading it.
func (p *takopiPlugin) installed(e takopi.Environment, err error) preflight.Check {
	switch {
	case !p.w.hasTakopi() && !p.w.hasProgram(takopi.Tool):
		return warning("plugin", "Takopi is not installed here", "install Takopi, and run "+program+" apply; or say enabled = false in the spec's takopi block")
	case !p.w.hasTakopi():
		return notChecked("plugin", "Takopi is not installed by uv", "see "+program+" plugin wheel --help")
	case err != nil:
		return notChecked("plugin", err.Error(), "run: takopi plugins --load")
	}
	return p.listed(e)
}

// hasProgram reports whether this user has the program, from wherever it came.
func (w *world) hasProgram(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil || exists(filepath.Join(w.getenv("HOME"), ".local/bin", name))
}

// listed tells whether Takopi finds the plugin, and uv will keep it.
func (p *takopiPlugin) listed(e takopi.Environment) preflight.Check {
	name, dir := "plugin", p.w.tilde(e.Dir)
	version, listed := e.Version()
	switch {
	case version != "" && !listed:
		return failed(name, "its entry point is gone from "+dir+": Takopi does not list it", "run: uv tool upgrade --reinstall takopi, and restart Takopi")
	case p.j.spec != nil && !p.j.spec.Takopi.Plugin && version == "":
		return notChecked(name, "the spec leaves it to you, and it is not in "+dir, "")
	case version == "":
		return failed(name, "it is not in "+dir, "run "+program+" apply, and restart Takopi")
	}
	if p.j.desired.Wheel != "" {
		wheel, err := takopi.NewWheel(p.binary(), p.j.spec.Takopi.With...)
		if err != nil {
			return failed(name, err.Error(), "")
		}
		if reason := e.Lacks(wheel, p.j.desired.Wheel); reason != "" {
			return failed(name, "in "+dir+", "+reason, "run "+program+" apply, and restart Takopi")
		}
	}
	if !e.HasModule() {
		return failed(name, "its module is gone from "+dir+": Takopi cannot load it", "run: uv tool upgrade --reinstall takopi, and restart Takopi")
	}
	return ok(name, takopi.Distribution+" "+version+" is in "+dir)
}

// takopiProcesses looks at what a running Takopi has in its environment, where gh is
// to take its stored login.
func takopiProcesses(apps []refresh.App) (checks []preflight.Check) {
	const name = "Takopi's environment"
	i := slices.IndexFunc(apps, func(a refresh.App) bool { return a.GH })
	if i < 0 {
		return nil
	}
	for _, p := range refresh.Running("/proc", takopi.Tool, apps[i].Host) {
		if p.Variable == "" {
			checks = append(checks, ok(name, fmt.Sprintf("process %d has no token that gh would take", p.PID)))
			continue
		}
		checks = append(checks, warning(name, fmt.Sprintf("Takopi (process %d) runs with %s set: gh in its agents does not use the stored login", p.PID, p.Variable),
			"take it out of what starts Takopi (systemctl --user cat UNIT, or the shell's profile), and restart Takopi"))
	}
	return checks
}
