package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// lockBroker stops the broker, which revokes what it has handed out and still keeps
// before it ends.
func (w *world) lockBroker(ctx context.Context) error {
	_, busy := w.refresher(units.BrokerDir).Lockdown(ctx, nil)
	if is[*refresh.BusyError](busy) {
		busy = &failure{exitTemporary, busy.Error() + ": it may start the broker once more", "when it has ended, run " + program + " lockdown again"}
	}
	before, err := w.moveBroker(ctx, func(service, socket plan.Unit) (actions []plan.Action) {
		const reason = "a lockdown"
		if socket.Active == "active" {
			actions = append(actions, plan.Action{Op: plan.Stop, Target: socket.Name, Reason: reason})
		}
		if service.Active == "active" {
			actions = append(actions, plan.Action{Op: plan.Stop, Target: service.Name, Reason: reason})
		}
		if socket.File == "enabled" {
			actions = append(actions, plan.Action{Op: plan.Disable, Target: socket.Name, Reason: reason})
		}
		return actions
	})
	if err == nil {
		err = w.tellRevoked(ctx, before)
	}
	if err = errors.Join(busy, err); err == nil {
		w.print("\nLocked down: the broker hands out no token any more. What to do next:")
	} else {
		w.print("\nNot all of the lockdown is done: see the errors. What to do next:")
	}
	w.print("%s", w.brokerNextSteps())
	return err
}

// tellRevoked says what became of the tokens that the broker kept.
func (w *world) tellRevoked(ctx context.Context, before plan.Unit) error {
	if before.Active != "active" {
		w.print("the broker did not run, and so kept no token")
		return nil
	}
	manager, err := systemd.System(ctx)
	if err != nil {
		return err
	}
	defer manager.Close()
	u, err := manager.Unit(ctx, units.BrokerService)
	if err == nil && (u.Result != "success" || u.Status != 0) {
		err = &failure{exitFailed, fmt.Sprintf("the broker ended with %s, status %d: what it kept may not all be revoked", u.Result, u.Status),
			"see journalctl -u " + units.BrokerService + "; to end those tokens, suspend the installation at GitHub"}
	}
	if err == nil {
		w.print("the tokens that the broker still kept are revoked: journalctl GHAUTH_EVENT=revoke")
	}
	return err
}

// brokerNextSteps says what root's lockdown cannot do by itself.
func (w *world) brokerNextSteps() string {
	return `  1. Each client still has the token that it has stored, unless that is revoked now. Have each run: ` + program + ` lockdown
  2. Tokens that were replaced or handed out within the last hour live until ` + w.now().Add(spec.TokenLife).Local().Format(time.TimeOnly) + ` at the
     latest. To end these, too, suspend the installation at GitHub: Settings, Applications, Configure.
  3. If the key may have leaked, generate a new one on the App's settings page, and delete the old one there.
  4. See what was handed out, and to whom: journalctl -u ` + units.BrokerService + ` -o verbose
  5. Then: ` + program + ` resume`
}

// resumeBroker has the broker answer again.
func (w *world) resumeBroker(ctx context.Context) error {
	if _, locked := refresh.LockedDown(units.BrokerDir); !locked {
		w.say("there was no lockdown")
	}
	if _, err := w.refresher(units.BrokerDir).Resume(ctx, nil); err != nil {
		return err
	}
	_, err := w.moveBroker(ctx, func(_, socket plan.Unit) (actions []plan.Action) {
		const reason = "the lockdown ends"
		if socket.File != "enabled" {
			actions = append(actions, plan.Action{Op: plan.Enable, Target: socket.Path, Reason: reason})
		}
		if socket.Active != "active" {
			actions = append(actions, plan.Action{Op: plan.Start, Target: socket.Name, Reason: reason})
		}
		return actions
	})
	return err
}

// moveBroker carries out what actions says for the broker's units as systemd has them,
// and gives the service as it was.
func (w *world) moveBroker(ctx context.Context, actions func(service, socket plan.Unit) []plan.Action) (before plan.Unit, err error) {
	j := &job{system: true, desired: units.BrokerWatched()}
	defer w.reachSystem(ctx, j)()
	if j.observed, err = plan.Observe(ctx, j.host, j.desired); err != nil {
		return before, err
	}
	if j.observed.NoUnits != nil {
		return before, &failure{exitNoSystemd, "the broker was left as it is: " + j.observed.NoUnits.Error(), "stop it by hand: systemctl disable --now " + units.BrokerSocket + " " + units.BrokerService}
	}
	at := func(name string) plan.Unit {
		return j.observed.Units[slices.IndexFunc(j.observed.Units, func(u plan.Unit) bool { return u.Name == name })]
	}
	service, socket := at(units.BrokerService), at(units.BrokerSocket)
	if socket.Load != "loaded" {
		return service, errors.New("there is no broker: " + socket.Name + " is " + socket.Load)
	}
	return service, w.applyPlan(ctx, j, plan.Plan{}, plan.Plan{Actions: actions(service, socket)})
}
