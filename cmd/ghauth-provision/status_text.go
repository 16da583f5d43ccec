package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

func (r statusReport) show(w *world) {
	if !r.Lockdown.IsZero() {
		w.print("%s since %s: no token is minted or handed out until: %s resume", w.paint(red, "locked down"), r.Lockdown.Local().Format(time.DateTime), program)
	}
	for _, a := range r.Apps {
		w.print("%-8s %s", a.Name, w.appLine(a, !r.Lockdown.IsZero()))
		if a.Name != "" { // else its file cannot be read
			w.print("%-8s %s", "", w.keyLine(a.Key))
		}
		for _, exposure := range []string{a.Key.Exposure, a.Key.NextExposure} {
			if exposure != "" && a.Key.Error == "" {
				w.print("%-8s %s", "", exposure)
			}
		}
		if a.Shadow != "" {
			w.print("%-8s %s", "", w.paint(yellow, a.Shadow+" is set here")+": gh takes it before its stored login, and it goes stale")
		}
	}
	if len(r.Apps) == 0 {
		w.print("%-8s %s", "apps", w.paint(red, "none")+" is provisioned: "+r.setUp)
	}
	w.print("%-8s %s", "timer", w.timerLine(r.Timer))
	w.print("%-8s %s", "last run", w.serviceLine(r.Service))
	w.print("%-8s %s", "linger", w.good(r.Linger == "on", r.Linger))
	w.print("%-8s %s", "host", w.hostLine(r.Host))
	for _, note := range r.Notes {
		w.say("%s", note)
	}
}

// appLine tells of an app's token and of gh's login with it. In a lockdown none is to
// be there.
func (w *world) appLine(a appStatus, locked bool) string {
	if locked && a.State == "missing" {
		return "no token"
	}
	switch a.State {
	case "missing":
		return w.paint(red, "missing") + ": no token yet: run " + program + " mint"
	case "superseded":
		return w.paint(red, "superseded") + ": the token is of another App, installation or host: run " + program + " mint"
	case "invalid":
		return w.paint(red, "invalid") + ": " + w.homely(a.Error)
	}
	age, left := max(0, a.Token.Age), max(0, a.Token.LifeLeft)
	line := fmt.Sprintf("%s %s %s left, %s old, %s… sha256 %s", w.good(a.State == "fresh", a.State), bar(left, age+left),
		span(time.Duration(left)*time.Second), span(time.Duration(age)*time.Second), a.Token.Prefix, a.Token.SHA256)
	switch a.GH {
	case "current":
		line += ", gh has it"
	case "behind":
		line += ", " + w.paint(yellow, "gh does not have it")
	}
	return line
}

// bar draws how much of a whole is left, in tenths. Only nothing at all draws empty.
func bar(left, whole int) string {
	const cells = 10
	full := 0
	if whole > 0 {
		full = (left*cells + whole - 1) / whole
	}
	return strings.Repeat("█", full) + strings.Repeat("░", cells-full)
}

// keyLine tells which key signs, and when the one before it can go.
func (w *world) keyLine(k keyStatus) string {
	switch {
	case k.Error != "":
		return w.paint(red, "no key") + ": " + w.homely(k.Error)
	case k.NextInUse:
		return w.paint(yellow, "next key "+cmp.Or(k.Next, k.NextSource)+" is in use") + ": " + cmp.Or(k.Fingerprint, k.Source) + " can be deleted at GitHub; then " + k.goOver
	case k.NextSource != "":
		return "key " + cmp.Or(k.Fingerprint, k.Source) + ", next key " + cmp.Or(k.Next, k.NextSource) + " not in use yet"
	}
	return "key " + cmp.Or(k.Fingerprint, k.Source)
}

func (w *world) timerLine(u unitStatus) string {
	if u.Active == "not checked" {
		return u.Active
	}
	line := w.good(u.Active == "active", u.Active)
	switch u.File {
	case "enabled":
	case "":
		line += ", " + w.paint(yellow, "no such unit")
	default:
		line += ", " + w.paint(yellow, u.File)
	}
	if !u.Next.IsZero() {
		line += fmt.Sprintf(", next run in %s (%s)", span(max(0, u.Next.Sub(w.now()))), u.Next.Local().Format(time.TimeOnly))
	}
	return line
}

func (w *world) serviceLine(u unitStatus) string {
	switch {
	case u.Active == "not checked":
		return u.Active
	case u.Last.IsZero():
		return "none by the timer yet"
	case u.Result == "success":
		return w.good(true, "success") + ", " + span(w.now().Sub(u.Last)) + " ago"
	}
	return fmt.Sprintf("%s, status %d, %s ago: see journalctl --user -u %s", w.paint(red, u.Result), u.Status, span(w.now().Sub(u.Last)), u.Name)
}

func (w *world) good(ok bool, text string) string {
	if ok {
		return w.paint(green, text)
	}
	return w.paint(yellow, text)
}

func lingerText(l plan.Linger) string {
	switch l {
	case plan.LingerUnknown:
		return "not checked"
	case plan.LingerOn:
		return "on"
	}
	return "off"
}
