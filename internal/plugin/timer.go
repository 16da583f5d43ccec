package plugin

import (
	"fmt"
	"slices"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// Timer is what the service manager knows of the timer, and of what it runs.
type Timer struct {
	Unknown bool      // there is no service manager to ask
	Active  bool      // the timer runs
	Next    time.Time // zero: now, or not known
	Failed  time.Time // when the last run began, if it failed; else zero
	Status  int       // its exit status
	Service string    // the unit's name, for its journal

	of string // whose run failed, as " for NAME"; empty: not known, or there is one app alone
}

// about has t tell of whom the last run failed. To who asks for one app, the failure of
// another one is none.
func (t Timer) about(asked string, all []holder) Timer {
	var names []string
	for _, h := range all {
		if h.failedIn(t) {
			names = append(names, h.name)
		}
	}
	i := slices.Index(names, asked)
	switch {
	case len(names) == 0:
		return t
	case asked != "" && i < 0:
		t.Failed = time.Time{}
		return t
	}
	t.of = " for " + cut(names[max(i, 0)], 40)
	if more := len(names) - 1; more > 0 {
		t.of += fmt.Sprintf(" and %d more", more)
	}
	return t
}

// failedIn reports whether the run that t knows of has left h without what it needed.
func (h holder) failedIn(t Timer) bool {
	if h.app == nil || t.Failed.IsZero() {
		return false
	}
	if t.Status == 72 {
		return h.app.GH
	}
	token, state, _ := h.app.Stored(t.Failed)
	return state != refresh.Fresh && !token.CreatedAt.After(t.Failed)
}

// lines tells of the timer, and of the last run if that failed.
func (t Timer) lines(now time.Time) (lines []string) {
	switch {
	case t.Unknown:
		return []string{"timer: not checked, no systemd answers here"}
	case !t.Active:
		lines = append(lines, "timer: not running: on the host, run `ghauth-provision apply`; if it was disabled, `systemctl --user enable --now takopi-github-token-refresh.timer`")
	case t.Next.After(now):
		lines = append(lines, "timer: next run in "+span(t.Next.Sub(now)))
	default:
		lines = append(lines, "timer: at work now")
	}
	if !t.Failed.IsZero() {
		lines = append(lines, fmt.Sprintf("last run: failed %s ago%s, %s", span(max(0, now.Sub(t.Failed))), t.of, t.remedy()))
	}
	return lines
}

// remedy tells what a failed run's exit status means, and what to do.
func (t Timer) remedy() string {
	switch t.Status {
	case 72:
		return "the token is good, but gh could not be logged in: see `gh auth status` on the host"
	case 75:
		return "GitHub or the network was away: the next run tries again"
	case 77:
		return "GitHub says no: see whether the App is suspended, or its key revoked, in GitHub's settings"
	case 65, 78:
		return "a key or a file is not as it should be: run `ghauth-provision apply` on the host"
	}
	return fmt.Sprintf("with status %d: see `journalctl --user -u %s` on the host", t.Status, t.Service)
}
