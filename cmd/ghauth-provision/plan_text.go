package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// showDiff prints nothing but the diff, and tells of conflicts beside it.
func (w *world) showDiff(r planReport) {
	for _, a := range r.Actions {
		w.paintDiff(w.stdout, a.Diff)
	}
	for _, c := range r.Conflicts {
		w.showConflict(w.stderr, w.say, c)
	}
}

// showPlan prints the actions, their diffs and a count.
func (w *world) showPlan(r planReport) {
	for _, a := range r.Actions {
		w.print("  %s %s", w.sign(a.Op), w.describe(a))
		for _, key := range a.Keys {
			w.print("      %s", key)
		}
	}
	for _, a := range r.Actions {
		if a.Diff != "" {
			w.print("")
			w.paintDiff(w.stdout, a.Diff)
		}
	}
	for _, c := range slices.Concat(r.Conflicts, r.Settled) {
		w.print("")
		w.showConflict(w.stdout, w.print, c)
	}
	if len(r.Actions)+len(r.Conflicts)+len(r.Settled) > 0 {
		w.print("")
	}
	w.showHost(r.Host)
	w.sayAll(r.Notes)
	w.print("%s", w.summary(r))
}

// describe puts an action in a line: what, which mode, why.
func (w *world) describe(a actionReport) string {
	text := fmt.Sprintf("%s %s", a.Op, w.tilde(a.Target))
	switch {
	case a.Before == nil || a.After.Mode == "":
	case a.Before.Mode == "":
		text += " (" + a.After.Mode + ")"
	case a.Before.Mode != a.After.Mode:
		text += " (" + a.Before.Mode + " to " + a.After.Mode + ")"
	}
	return text + ": " + w.homely(a.Reason)
}

func (w *world) sign(op plan.Op) string {
	switch op {
	case plan.Mkdir, plan.Create:
		return w.paint(green, "+")
	case plan.Remove:
		return w.paint(red, "-")
	}
	return w.paint(yellow, "~")
}

// summary says in a line what the plan is.
func (w *world) summary(r planReport) string {
	var parts []string
	if c := r.Counts; c.total() > 0 {
		parts = append(parts, fmt.Sprintf("%d to add, %d to change, %d to remove, %s on systemd", c.Add, c.Change, c.Remove, count(c.System, "action")))
	}
	if n := len(r.Conflicts); n > 0 {
		parts = append(parts, count(n, "conflict"))
	}
	switch {
	case len(parts) == 0 && r.Destroy:
		return "No changes: there is nothing of ours to take away."
	case len(parts) == 0:
		return w.noChanges(r.Kept, r.pluginOut)
	case len(r.Kept) > 0:
		parts = append(parts, fmt.Sprintf("%d kept", len(r.Kept)))
	}
	return "Plan: " + strings.Join(parts, ", ") + "."
}

// noChanges says that this host is as the spec says, but for the files at kept, and
// for a plugin that is left out.
func (w *world) noChanges(kept []string, pluginOut string) string {
	var but []string
	if pluginOut != "" {
		but = append(but, "Takopi's plugin ("+pluginOut+")")
	}
	if len(kept) > 0 {
		but = append(but, fmt.Sprintf("%d kept: %s", len(kept), strings.Join(mapTo(kept, w.tilde), ", ")))
	}
	if len(but) == 0 {
		return "No changes: this host is as the spec says."
	}
	return "No changes: this host is as the spec says, but for " + strings.Join(but, ", and for ") + "."
}
