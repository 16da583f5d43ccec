package main

import (
	"context"
	"slices"
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
It changes nothing, but that a stored token which GitHub refuses is replaced.
With --fix it mends first what can be mended with nothing to lose: files, modes, timer
and plugin that are not as the last apply left them, and tokens that are missing or
due. It leaves what somebody has changed, and a spec that asks for something new, to
apply; an incident's lockdown to resume; and the programs that run as they are.
What an installation token cannot do is no fault of the host's: gh api user answers
403 for every one, since there is no user behind it.
To root it checks the broker of this system: its keys, which it has GitHub look at, its
policy, socket, service, records and hardening, and drift.`,
		examples: []string{
			program + " doctor",
			program + ` doctor --json | jq '.checks[] | select(.result != "ok")'`,
			program + " doctor --fix",
		},
		flags: specFlags(jsonFlag(), &cli.BoolFlag{Name: "fix", Usage: "mend first what is safe to mend"}),
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
	examine := w.examine
	if w.ofBroker(c) {
		examine = w.examineBroker
	}
	if c.Bool("fix") {
		if err := w.fix(ctx, c); err != nil && !is[errTold](err) {
			w.tell(err) // and the checks say what is wrong all the same
		}
	}
	r, err := examine(ctx, c)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = w.printJSON(r)
	} else {
		w.showChecks(r.Checks)
	}
	if err == nil && slices.ContainsFunc(r.Checks, func(f finding) bool { return f.Result == preflight.Failed }) {
		err = errTold(exitFailed)
	}
	return err
}

// examine makes all checks.
func (w *world) examine(ctx context.Context, c *cli.Context) (doctorReport, error) {
	r := doctorReport{Version: 1}
	status, err := w.inspect(ctx, c)
	if err != nil {
		return r, err
	}
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
	return r, nil
}

var resultColour = map[preflight.Result]string{preflight.OK: green, preflight.Warning: yellow, preflight.Failed: red, preflight.NotChecked: yellow}

func (w *world) showChecks(findings []finding) {
	for _, f := range findings {
		name := f.Name
		if f.App != "" {
			name = f.App + ": " + name
		}
		pad := "           "[len(f.Result):]
		w.print("%s%s %s: %s", w.paint(resultColour[f.Result], string(f.Result)), pad, name, w.homely(f.Detail))
		if f.Fix != "" && f.Result != preflight.OK {
			w.print("            fix: %s", w.homely(f.Fix))
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
