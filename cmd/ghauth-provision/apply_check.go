package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// verify observes the host again: it has to be as desired, and the timer waits.
func (j *job) verify(ctx context.Context) (plan.Plan, error) {
	p, err := j.plan(ctx)
	switch {
	case err != nil:
		return p, err
	case len(p.Conflicts) > 0:
		return p, p.Conflicted()
	case !p.Empty():
		a := p.Actions[0]
		return p, &failure{exitFailed, fmt.Sprintf("after the apply this host still differs from the spec: %s %s: %s", a.Op, a.Target, a.Reason),
			"something else changes it: see " + program + " plan"}
	case j.host.Root != "":
		return p, nil // there is no timer to look at
	case j.observed.NoUnits != nil && j.system:
		return p, &failure{exitNoSystemd, "the files are in place, but no broker runs: " + j.observed.NoUnits.Error(), "boot this system with systemd, and run it again"}
	case j.observed.NoUnits != nil && j.host.Units != nil:
		return p, &failure{exitNoSystemd, "the files are in place, but no timer runs: " + j.observed.NoUnits.Error(),
			"let unit_dir be one of the directories that systemd --user reads"}
	case j.observed.NoUnits != nil:
		return p, &failure{exitNoSystemd, "the files are in place, but no timer runs: " + j.observed.NoUnits.Error(),
			fmt.Sprintf("log in as this user, or have an administrator run: loginctl enable-linger %d; then run: %s apply", j.desired.UID, program)}
	}
	return p, j.timerWaits()
}

// timerWaits refuses a timer that is on and will not elapse again. One that the
// operator has masked has been told of.
func (j *job) timerWaits() error {
	for _, u := range j.observed.Units {
		if u.Name == units.Timer && u.Active == "active" && !slices.Contains([]string{"waiting", "running"}, u.Sub) {
			return &failure{exitFailed, fmt.Sprintf("%s is active, but %s: it will not elapse again", u.Name, u.Sub),
				"systemctl --user restart " + u.Name}
		}
	}
	return nil
}
