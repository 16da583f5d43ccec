package main

import (
	"context"
	"errors"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/urfave/cli/v2"
)

// fix mends what can be mended with nothing to lose: it makes good what is not as
// the last apply left it, and mints the tokens that are due. What it does goes to
// standard error, so that the checks alone are the result.
func (w *world) fix(ctx context.Context, c *cli.Context) error {
	mending := *w
	mending.stdout = w.stderr
	mintDue := mending.mintDue
	if w.ofBroker(c) {
		mintDue = func(context.Context, *cli.Context) error { return nil } // it mints when it is asked
	}
	switch err := mending.onlyRepairs(ctx, c); {
	case is[*noSpecError](err):
		return mintDue(ctx, c)
	case is[*notRepairs](err):
		return errors.Join(err, mintDue(ctx, c))
	case err != nil:
		return err
	}
	return mending.apply(ctx, c)
}

// notRepairs says that an apply would do more than to repair.
type notRepairs struct{ failure }

func (e *notRepairs) Unwrap() error { return &e.failure }

// onlyRepairs makes sure that an apply would bring back what the last one made, and
// do no more. Anything else changes the manifest, which says what that was.
func (w *world) onlyRepairs(ctx context.Context, c *cli.Context) error {
	j, end, err := w.prepare(ctx, c)
	if err != nil {
		return err
	}
	defer end()
	p, err := j.plan(ctx)
	switch {
	case err != nil:
		return err
	case len(p.Conflicts) > 0:
		return &notRepairs{failure{exitDiffers, "somebody has changed what apply wrote, and which of them is right is yours to say", "see " + program + " plan"}}
	case slices.ContainsFunc(p.Actions, func(a plan.Action) bool { return a.Target == j.desired.Manifest }):
		return &notRepairs{failure{exitDiffers, "the spec asks for more than the last apply has done, which is no repair", "see " + program + " plan, then run " + program + " apply"}}
	}
	return nil
}
