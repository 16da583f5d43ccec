package main

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// A hostReport is what a plan finds on the host besides files: it stands below
// the actions, since it may be why they are there.
type hostReport struct {
	// System says that it is the broker's plan, which is none for a user: nothing
	// below is told but Binary.
	System  bool       `json:"system,omitempty"`
	Timer   unitStatus `json:"timer"`
	Service unitStatus `json:"service"`
	// NextAfter is when the timer elapses at the latest once the plan has been
	// carried out, where that starts it anew.
	NextAfter time.Time    `json:"next_after,omitzero"`
	Linger    string       `json:"linger"`
	GH        string       `json:"gh"` // as in status, none before the first apply, missing, or stranger
	Binary    binaryReport `json:"binary"`

	// What a mint replaces although it is not ours, and a destroy does not give back:
	// it holds secrets, of which none is kept.
	GHHost        string   `json:"gh_host,omitempty"`        // where gh has a stranger's login
	GHUser        string   `json:"gh_user,omitempty"`        // whose, if that is known
	ForeignTokens []string `json:"foreign_tokens,omitempty"` // token files
}

// A binaryReport tells versions, as they were built in.
type binaryReport struct {
	Path      string `json:"path,omitempty"` // of the one that the units run; a destroy does not look for it
	Installed string `json:"installed,omitempty"`
	Running   string `json:"running"`
}

func (w *world) hostReport(j *job, p plan.Plan) hostReport {
	r := hostReport{
		System: j.system,
		Timer:  unitOf(j.observed, units.Timer), Service: unitOf(j.observed, units.Service),
		Linger: lingerText(j.observed.Linger), GH: w.ghOf(j), Binary: binaryReport{Running: versionString()},
	}
	if j.spec == nil {
		return r
	}
	r.Binary.Path = units.PathsOf(j.spec, j.executable).Binary
	if real, err := w.root.Real(r.Binary.Path, true); err == nil {
		if info, err := buildinfo.ReadFile(real); err == nil {
			r.Binary.Installed = builtAs(info)
		}
	}
	if j.system {
		return r
	}
	for _, a := range p.Actions {
		if a.Target == units.Timer && (a.Op == plan.Start || a.Op == plan.Restart) {
			r.NextAfter = w.now().Add(units.FirstTick(j.spec.Refresh)).UTC()
		}
	}
	w.findStrangers(j.spec, &r)
	return r
}

// ghOf tells which login gh has.
func (w *world) ghOf(j *job) string {
	switch {
	case j.spec != nil && !j.spec.GH.Enabled:
		return "off"
	case w.root != "": // what this host's gh has says nothing about that one
		return "not checked"
	}
	if _, err := exec.LookPath("gh"); err != nil && j.spec != nil {
		return "missing"
	}
	gh := "none"
	for _, app := range w.inspectApps(j.keyDir()) {
		if app.GH != "off" && app.GH != "" {
			gh = app.GH
		}
	}
	return gh
}

// findStrangers looks for what stands where a mint will put its own. Beneath a root
// no mint runs, but the host that it becomes will have one.
func (w *world) findStrangers(s *spec.Spec, r *hostReport) {
	for i, app := range s.Apps {
		file := units.AppFile(s.Paths.ConfigDir, "github-token", i, app.Name, ".env")
		if real, err := w.root.Real(file, false); err == nil && refresh.Foreign(real) {
			r.ForeignTokens = append(r.ForeignTokens, file)
		}
	}
	if !s.GH.Enabled || w.root != "" {
		return
	}
	first := units.AppFile(s.Paths.ConfigDir, "github-token", 0, "", ".env")
	if user, found := refresh.GHStranger(s.GitHub.Host, first, s.GH.ConfigDir); found {
		r.GH, r.GHHost, r.GHUser = "stranger", s.GitHub.Host, user
	}
}

// showHost prints what the plan found besides files.
func (w *world) showHost(r hostReport) {
	if r.System {
		return
	}
	if w.root == "" {
		w.showLive(r)
	} else {
		w.print("%-8s %s", "host", "units, linger and gh are not looked at: nothing runs beneath --root")
	}
	for _, file := range r.ForeignTokens {
		w.print("%-8s %s%s", "token", w.paint(yellow, w.tilde(file)+" is not ours"), replaced)
	}
	switch {
	case r.Binary.Installed != "":
		w.print("%-8s %s at %s, this one is %s", "binary", r.Binary.Installed, w.tilde(r.Binary.Path), r.Binary.Running)
	case r.Binary.Path != "":
		w.print("%-8s not installed, this one is %s", "binary", r.Binary.Running)
	}
	w.print("")
}

// showLive prints what runs.
func (w *world) showLive(r hostReport) {
	timer := w.unitLine(r.Timer)
	if !r.NextAfter.IsZero() {
		timer += ", and after this plan by " + r.NextAfter.Local().Format(time.TimeOnly)
	}
	w.print("%-8s %s", "timer", timer)
	w.print("%-8s %s", "service", w.unitLine(r.Service))
	w.print("%-8s %s", "last run", w.serviceLine(r.Service))
	w.print("%-8s %s", "linger", w.good(r.Linger == "on", r.Linger))
	if r.GH == "stranger" {
		w.print("%-8s %s%s", "gh", w.paint(yellow, "is logged in to "+r.GHHost+as(r.GHUser)+", not by us"), replaced)
	} else {
		w.print("%-8s %s", "gh", ghLine[r.GH])
	}
}

// unitLine tells all of a unit that systemd reports.
func (w *world) unitLine(u unitStatus) string {
	if u.Active == "not checked" {
		return u.Active
	}
	parts := []string{u.Active}
	if u.Active == "failed" {
		parts[0] = w.paint(red, u.Active)
	}
	if u.Load == "not-found" {
		parts = append(parts, w.paint(yellow, "no such unit"))
	} else {
		parts = append(parts, u.Load, cmp.Or(u.File, "no file"), "last result "+cmp.Or(u.Result, "none"))
	}
	if !u.Next.IsZero() {
		parts = append(parts, fmt.Sprintf("next run in %s (%s)", span(max(0, u.Next.Sub(w.now()))), u.Next.Local().Format(time.TimeOnly)))
	}
	if u.NeedReload {
		parts = append(parts, w.paint(yellow, "changed on disk since systemd has loaded it"))
	}
	return strings.Join(parts, ", ")
}

// replaced says what becomes of what is not ours.
const replaced = ": the next mint replaces that, and destroy does not give it back"

func as(user string) string {
	if user == "" {
		return ""
	}
	return " as " + user
}

var ghLine = map[string]string{
	"none":    "not logged in by us yet: the first mint does that",
	"current": "has the current token",
	"behind":  "does not have the current token: the next mint gives it",
	"missing": "is not installed: " + refresh.InstallGH,
	"off":     "is left alone",
}
