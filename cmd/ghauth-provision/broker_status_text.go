package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
)

func (r brokerReport) show(w *world) {
	if !r.Lockdown.IsZero() {
		w.print("%s since %s: no token is handed out until, as root: %s resume", w.paint(red, "locked down"), r.Lockdown.Local().Format(time.DateTime), program)
	}
	for _, k := range r.Keys {
		if k.Error != "" {
			w.print("%-8s %s: %s", k.Name, w.paint(red, "no good"), k.Error)
		}
		if k.Exposure != "" {
			w.print("%-8s %s", k.Name, k.Exposure)
		}
	}
	for _, c := range r.Clients {
		w.print("%-8s %s, %d requests a minute", "client", cmp.Or(c.User, w.paint(yellow, "no user"))+fmt.Sprintf(" (uid %d)", c.UID), c.PerMinute)
		for _, g := range c.Grants {
			w.print("%-8s   %s", "", grantText(g))
		}
	}
	if len(r.Clients) == 0 {
		w.print("%-8s %s", "clients", w.paint(red, "none")+": there is no policy yet: run "+program+" apply")
	}
	w.print("%-8s %s", "socket", w.socketLine(r))
	w.print("%-8s %s", "service", w.brokerLine(r.Service))
	w.print("%-8s %s", "host", w.hostLine(r.Host))
	for _, note := range slices.Concat(r.copies, r.Notes) {
		w.say("%s", note)
	}
}

// grantText tells what a client may have of an app.
func grantText(g broker.Grant) string {
	repositories, permissions := "all repositories", "all permissions"
	if g.Repositories != nil {
		repositories = strings.Join(g.Repositories, ", ")
	}
	if g.Permissions != nil {
		var all []string
		for _, name := range slices.Sorted(maps.Keys(g.Permissions)) {
			all = append(all, name+": "+g.Permissions[name])
		}
		permissions = strings.Join(all, ", ")
	}
	return g.App + ": " + repositories + "; " + permissions
}

func (w *world) socketLine(r brokerReport) string {
	u := r.Socket
	if u.Active == "not checked" {
		return u.Active
	}
	line := w.good(u.Active == "active", u.Active)
	if u.File != "enabled" {
		line += ", " + w.paint(yellow, cmp.Or(u.File, "no such unit"))
	}
	if r.Listens != "" {
		line += ", " + r.Listens
	}
	return line
}

func (w *world) brokerLine(u unitStatus) string {
	switch u.Active {
	case "active":
		return fmt.Sprintf("%s since %s ago", w.paint(green, "runs"), span(w.now().Sub(u.Last)))
	case "inactive":
		return "does not run: the socket starts it"
	case "failed":
		return fmt.Sprintf("%s: %s, status %d: see journalctl -u %s", w.paint(red, "failed"), u.Result, u.Status, u.Name)
	}
	return u.Active
}

func (w *world) hostLine(h hostStatus) string {
	switch {
	case h.Error != "":
		return w.paint(red, "cannot be compared with the spec") + ": " + h.Error
	case !h.Checked:
		return "not checked"
	case h.Changes == 0:
		return w.paint(green, "as the spec says")
	}
	return w.paint(yellow, "differs from the spec in "+count(h.Changes, "place")) + ": see " + program + " plan"
}
