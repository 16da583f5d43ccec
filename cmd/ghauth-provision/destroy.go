package main

import (
	"context"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

func (w *world) destroyVerb() *cli.Command {
	return w.command(verb{
		name: "destroy", usage: "take away what apply made",
		about: `Stops and disables the timer and removes the units, the refresh script, the binary
in bin_dir, the env files and tokens, and our keys in takopi.toml. The private
key stays, unless --purge-key says otherwise: GitHub cannot give it out again.`,
		examples: []string{
			program + " destroy",
			program + " destroy --purge-key",
		},
		flags: specFlags(&cli.BoolFlag{Name: "purge-key", Usage: "remove the managed copy of the private key, too"}),
		do: func(ctx context.Context, c *cli.Context) error {
			return w.destroy(ctx, c)
		},
	})
}

func (w *world) destroy(ctx context.Context, c *cli.Context) error {
	purge := c.Bool("purge-key")
	site, err := w.site()
	if err != nil {
		return err
	}
	s, _, err := w.loadSpec(c)
	if err != nil {
		return err
	}
	j := &job{spec: s}
	if j.desired, err = units.Removed(s, site, purge); err != nil {
		return err
	}
	var end func()
	j.host, end = w.connect(ctx)
	defer end()
	r := w.refresher(s.Paths.ConfigDir)
	j.host.Revoke = func(ctx context.Context, tokenFile string) error { return w.orWarn(r.Revoke(ctx, tokenFile)) }
	j.host.LogOut = func(ctx context.Context, stamp string) error { return w.orWarn(r.LogOutGH(ctx, stamp)) }
	if p, err := j.plan(ctx); err == nil && !p.Empty() && exists(s.Paths.ConfigDir) {
		unlock, err := w.lock(ctx, s.Paths.ConfigDir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	return w.takeAway(ctx, j, purge)
}

func (w *world) takeAway(ctx context.Context, j *job, purge bool) error {
	done := 0
	err := j.settle(ctx, func(a plan.Action) {
		done++
		w.print("%s %s", w.sign(a.Op), w.describe(reportOf(a)))
	})
	if err != nil {
		return err
	}
	w.sayAll(j.observed.NotChecked)
	w.print("Destroyed: %s.", count(done, "change"))
	for i, app := range j.spec.Apps {
		key := units.AppFile(j.spec.Paths.ConfigDir, "github-app", i, app.Name, ".pem")
		if !purge && exists(key) {
			w.print("The key of app %s stays at %s.", app.Name, w.tilde(key))
		}
	}
	return nil
}

// orWarn makes a warning of an error that must not keep the rest from going.
func (w *world) orWarn(err error) error {
	if err != nil {
		w.tell(err)
	}
	return nil
}
