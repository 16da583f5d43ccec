package main

import (
	"context"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

// doctorTime bounds how long GitHub may take to answer for one app.
const doctorTime = 20 * time.Second

func (w *world) doctorVerb() *cli.Command {
	return w.command(verb{
		name: "doctor", usage: "check everything, with a fix for what is wrong",
		about: `Checks the host as status does, and asks GitHub besides: for every app the key with
its fingerprint, the clock, the App, its installation, the permissions and repositories
that are wanted, and whether the stored token works; then gh's login and what shadows
it, processes that hold a replaced token, the timer, its script, and drift; and whether
Takopi finds the plugin, and gives its agents a token that goes stale. Each line
that is not ok says what to do. The exit status is 1 when something has failed.
It changes nothing, but that a stored token which GitHub refuses is replaced. What an installation token cannot do is no fault of the host's:
gh api user answers 403 for every one, since there is no user behind it.`,
		examples: []string{
			program + " doctor",
			program + ` doctor --json | jq '.checks[] | select(.result != "ok")'`,
		},
		flags: specFlags(jsonFlag()),
		do:    w.doctor,
	})
}

// A finding is a check of one app's, or of the host's.
type finding struct {
	App string `json:"app,omitempty"`
	preflight.Check
}

// A doctorReport is what doctor tells, and its JSON.
type doctorReport struct {
	Version int       `json:"version"` // of this form: 1
	Checks  []finding `json:"checks"`
}

func (r *doctorReport) add(app string, checks ...preflight.Check) {
	for _, c := range checks {
		r.Checks = append(r.Checks, finding{app, c})
	}
}

func (w *world) doctor(ctx context.Context, c *cli.Context) error {
	status, err := w.inspect(ctx, c)
	if err != nil {
		return err
	}
	r := doctorReport{Version: 1}
	apps, _ := refresh.Apps(status.dir)
	for _, a := range status.Apps {
		if a.Error != "" && a.Name == "" {
			r.add("", failed("app", a.Error, "run "+program+" apply"))
		}
	}
	for _, app := range apps {
		w.slow("asking GitHub about "+app.Name, func() { r.add(app.Name, w.appChecks(ctx, status.dir, app)...) })
	}
	r.add("", w.hostChecks(ctx, status)...)
	r.veil(w.secret)
	if c.Bool("json") {
		err = w.printJSON(r)
	} else {
		w.showChecks(r.Checks)
	}
	bad := 0
	for _, f := range r.Checks {
		if f.Result == preflight.Failed {
			bad++
		}
	}
	if err == nil && bad > 0 {
		err = errTold(exitFailed)
	}
	return err
}

var resultColour = map[preflight.Result]string{preflight.OK: green, preflight.Warning: yellow, preflight.Failed: red, preflight.NotChecked: yellow}

func (w *world) showChecks(findings []finding) {
	for _, f := range findings {
		name := f.Name
		if f.App != "" {
			name = f.App + ": " + name
		}
		pad := "           "[len(f.Result):]
		w.print("%s%s %s: %s", w.paint(resultColour[f.Result], string(f.Result)), pad, name, f.Detail)
		if f.Fix != "" && f.Result != preflight.OK {
			w.print("            fix: %s", f.Fix)
		}
	}
}

func ok(name, detail string) preflight.Check {
	return preflight.Check{Name: name, Result: preflight.OK, Detail: detail}
}

func warning(name, detail, fix string) preflight.Check {
	return preflight.Check{Name: name, Result: preflight.Warning, Detail: detail, Fix: fix}
}

func failed(name, detail, fix string) preflight.Check {
	return preflight.Check{Name: name, Result: preflight.Failed, Detail: detail, Fix: fix}
}

func notChecked(name, detail, fix string) preflight.Check {
	return preflight.Check{Name: name, Result: preflight.NotChecked, Detail: detail, Fix: fix}
}
