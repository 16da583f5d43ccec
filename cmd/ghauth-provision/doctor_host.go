package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// hostChecks are those that status makes, too.
func (w *world) hostChecks(ctx context.Context, s statusReport) (checks []preflight.Check) {
	if len(s.Apps) == 0 {
		checks = append(checks, failed("apps", "none is provisioned", s.setUp))
	}
	if !s.Lockdown.IsZero() {
		checks = append(checks, failed("lockdown", "since "+s.Lockdown.Local().Format(time.DateTime), "when the incident is over, run "+program+" resume"))
	}
	checks = append(checks, timerCheck(s), lastRunCheck(s.Service), lingerCheck(s.Linger), driftCheck(s.Host))
	checks = append(checks, w.takopiChecks(ctx, s)...)
	for _, note := range s.Notes {
		told := slices.ContainsFunc(checks, func(c preflight.Check) bool { return noteOf(c) == note })
		if !told && !strings.Contains(note, ": not checked: ") { // the checks above say so
			checks = append(checks, warning("host", note, ""))
		}
	}
	return checks
}

func timerCheck(s statusReport) preflight.Check {
	u := s.Timer
	fix := s.setUp
	if u.File == "disabled" { // by its owner, which apply leaves
		fix = "run systemctl --user enable --now " + units.Timer
	}
	switch {
	case u.Active == "not checked":
		return notChecked("timer", s.noUnits, "run it in a session of this user")
	case u.Active != "active":
		return failed("timer", "is "+u.Active, fix)
	case u.File != "enabled":
		return failed("timer", "is "+u.File+": it will not come back after a reboot", fix)
	}
	return ok("timer", "is active")
}

func lastRunCheck(u unitStatus) preflight.Check {
	switch {
	case u.Active == "not checked":
		return notChecked("last run", "for the same reason as the timer", "")
	case u.Last.IsZero():
		return ok("last run", "none by the timer yet")
	case u.Result != "success":
		return failed("last run", fmt.Sprintf("%s, status %d", u.Result, u.Status), "see journalctl --user -u "+u.Name)
	}
	return ok("last run", "success")
}

func lingerCheck(linger string) preflight.Check {
	switch linger {
	case "on":
		return ok("linger", "on")
	case "off":
		return warning("linger", "off: the timer stops with the last session", "run "+program+" apply, or loginctl enable-linger")
	}
	return notChecked("linger", "logind cannot be asked", "run loginctl enable-linger")
}

func driftCheck(h hostStatus) preflight.Check {
	switch {
	case h.Error != "":
		return failed("drift", h.Error, "see "+program+" plan")
	case !h.Checked:
		return notChecked("drift", "there is no spec to compare with", "name it: --spec FILE")
	case h.Changes > 0:
		return failed("drift", "the host differs from the spec in "+count(h.Changes, "place"), "see "+program+" plan, then run "+program+" apply")
	}
	return ok("drift", "none: the host is as the spec says")
}
