package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

func (w *world) lockdownVerb() *cli.Command {
	return w.command(verb{
		name: "lockdown", usage: "in an incident: no tokens any more",
		about: `Revokes every stored token, logs gh out, stops and disables the timer, and has
mint, exec, git's helper and the chat refuse until resume. Then it tells what to do
next. To run it again tries again what failed.
A broker is root's to stop: root's lockdown stops it, and has it revoke what it has
handed out and still keeps. A user's revokes that user's own tokens.`,
		examples: []string{program + " lockdown", program + " status", program + " resume"},
		flags:    []cli.Flag{configDirFlag()},
		do:       w.lockdown,
	})
}

func (w *world) lockdown(ctx context.Context, c *cli.Context) error {
	if w.ofBroker(c) {
		return w.lockBroker(ctx)
	}
	dir, apps, errs, err := w.provisioned(c)
	if err != nil {
		return err
	}
	held := w.holders(apps)
	// The timer first: it needs nothing of GitHub, nor of a run that is at work.
	stopped := w.moveTimer(ctx, dir, func(timer plan.Unit) []plan.Action {
		var actions []plan.Action
		if timer.Active == "active" {
			actions = append(actions, plan.Action{Op: plan.Stop, Target: timer.Name, Reason: "a lockdown"})
		}
		if timer.File == "enabled" {
			actions = append(actions, plan.Action{Op: plan.Disable, Target: timer.Name, Reason: "a lockdown"})
		}
		return actions
	})
	var results []refresh.Result
	w.slow("revoking at GitHub", func() { results, err = w.refresher(dir).Lockdown(ctx, apps) })
	if is[*refresh.BusyError](err) {
		err = &failure{exitTemporary, err.Error() + ": it may store one more token", "end it (fuser " + dir + "/.ghauth.lock), then run " + program + " lockdown again"}
	}
	all := errors.Join(append(errs, err, w.reportRevoked(results, "run "+program+" lockdown again"), stopped)...)
	if all == nil {
		w.print("\nLocked down. What to do next:")
	} else {
		w.print("\nNo token is minted or handed out any more, but not all of the lockdown is done: see the errors. What to do next:")
	}
	w.print("%s", w.nextSteps(apps, held))
	return all
}

// holders lists the processes whose environment holds a token of ours.
func (w *world) holders(apps []refresh.App) (all []string) {
	for _, app := range apps {
		for _, h := range app.Holders("/proc", true) {
			all = append(all, h.String())
		}
	}
	return all
}

// lockedDown reports whether the host that s is applied to is locked down.
func (w *world) lockedDown(s *spec.Spec) bool {
	_, locked := refresh.LockedDown(s.Paths.ConfigDir)
	return locked && w.root == ""
}

// nextSteps says what a lockdown cannot do by itself.
func (w *world) nextSteps(apps []refresh.App, held []string) string {
	text := `  1. Tokens that were replaced or handed out within the last hour live until ` + w.now().Add(spec.TokenLife).Local().Format(time.TimeOnly) + ` at the
     latest. To end these, too, suspend the installation at GitHub: Settings, Applications, Configure.
  2. If the key may have leaked, generate a new one on the App's settings page and delete the old one there:`
	for _, app := range apps {
		text += "\n       " + app.Name + ": " + fingerprintOf(app.Key)
	}
	text += `
  3. See what was minted and handed out: journalctl --user GHAUTH_EVENT=mint + GHAUTH_EVENT=reuse -o verbose
     (or ` + audit.FileName + ` in the key directory). GitHub's audit log has the same SHA-256, as base64.
  4. End what still runs with a token of before: agents and shells.`
	for _, h := range held {
		text += "\n       " + h
	}
	step := 5
	for _, socket := range brokersOf(apps) {
		text += fmt.Sprintf("\n  %d. The broker at %s still runs: it is root's, and gives tokens to whoever its policy names:\n     have root run: %s lockdown", step, socket, program)
		step++
	}
	return text + fmt.Sprintf("\n  %d. Then: %s resume", step, program)
}

// brokersOf gives the brokers that apps ask.
func brokersOf(apps []refresh.App) (sockets []string) {
	for _, app := range apps {
		for _, source := range []keysource.Source{app.Key, app.NextKey} {
			if source.Broker != "" && !slices.Contains(sockets, source.Broker) {
				sockets = append(sockets, source.Broker)
			}
		}
	}
	return sockets
}

func (w *world) resumeVerb() *cli.Command {
	return w.command(verb{
		name: "resume", usage: "end a lockdown",
		about: `Ends a lockdown: enables and starts the timer, and mints new tokens.
Root's has the broker of this system answer again.`,
		examples: []string{program + " resume"},
		flags:    []cli.Flag{configDirFlag()},
		do:       w.resume,
	})
}

func (w *world) resume(ctx context.Context, c *cli.Context) error {
	if w.ofBroker(c) {
		return w.resumeBroker(ctx)
	}
	dir, apps, errs, err := w.provisioned(c)
	if err != nil {
		return err
	}
	r := w.refresher(dir)
	if _, locked := refresh.LockedDown(dir); !locked {
		w.say("there was no lockdown")
	}
	results, err := r.Resume(ctx, apps)
	if err := errors.Join(err, w.reportRevoked(results, "when GitHub answers again, run "+program+" resume again")); err != nil {
		return err // still locked down
	}
	started := w.moveTimer(ctx, dir, func(timer plan.Unit) []plan.Action {
		var actions []plan.Action
		if timer.File != "enabled" {
			actions = append(actions, plan.Action{Op: plan.Enable, Target: timer.Path, Reason: "the lockdown ends"})
		}
		if timer.Active != "active" {
			actions = append(actions, plan.Action{Op: plan.Start, Target: timer.Name, Reason: "the lockdown ends"})
		}
		return actions
	})
	for _, res := range w.refresh(ctx, r, apps, false) {
		errs = append(errs, ofApp(res.App, w.report(res)))
	}
	return errors.Join(append(errs, started)...)
}

// moveTimer carries out what actions says for the timer as systemd has it.
func (w *world) moveTimer(ctx context.Context, dir string, actions func(plan.Unit) []plan.Action) error {
	home, err := w.home()
	if err != nil {
		return err
	}
	j := &job{desired: units.Watched(filepath.Join(home, ".config/systemd/user"))}
	j.desired.Manifest = filepath.Join(dir, plan.ManifestName)
	var disconnect func()
	j.host, disconnect = w.connect(ctx)
	defer disconnect()
	if j.observed, err = plan.Observe(ctx, j.host, j.desired); err != nil {
		return err
	}
	if j.observed.NoUnits != nil {
		return &failure{exitNoSystemd, "the timer was left as it is: " + j.observed.NoUnits.Error(), "run as this user, in a session: systemctl --user status " + units.Timer}
	}
	for _, u := range j.observed.Units {
		if u.Name != units.Timer || u.Load != "loaded" {
			continue
		}
		for _, rec := range j.observed.Known.Records {
			if rec.Unit == u.Name {
				u.Path = rec.Path
			}
		}
		return w.applyPlan(ctx, j, plan.Plan{}, plan.Plan{Actions: actions(u)})
	}
	return nil
}
