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
		about: `Takes away what the manifest in the key directory says that apply made: stops and
disables the timer, revokes the tokens, logs gh out, removes the files, and gives
back what stood there before. Of the spec it takes the key directory's place alone,
and needs none where that is the usual one, or --config-dir names it. The private
key stays, unless --purge-key says otherwise: GitHub cannot give it out again.`,
		examples: []string{
			program + " destroy",
			program + " destroy --purge-key",
		},
		flags: specFlags(conflictFlags(configDirFlag(), &cli.BoolFlag{Name: "purge-key", Usage: "remove the managed copy of the private key, too"})...),
		do: func(ctx context.Context, c *cli.Context) error {
			return w.destroy(ctx, c)
		},
	})
}

func (w *world) destroy(ctx context.Context, c *cli.Context) error {
	site, err := w.site()
	if err != nil {
		return err
	}
	dir, err := w.appliedTo(c)
	if err != nil {
		return err
	}
	j := &job{desired: units.Nothing(dir, site)}
	j.desired.Purge = c.Bool("purge-key")
	if err := w.settleBy(c, &j.desired); err != nil {
		return err
	}
	var end func()
	j.host, end = w.connect(ctx, dir)
	defer end()
	if !exists(j.desired.Manifest) {
		w.say("there is no manifest %s: nothing is known to be ours", w.tilde(j.desired.Manifest))
	}
	if err := w.checkPlan(ctx, j, nil); err != nil {
		return err
	}
	if exists(j.desired.Manifest) {
		unlock, err := w.lock(ctx, dir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	return w.takeAway(ctx, j)
}

// appliedTo gives the key directory: the flag's, the spec's, or the usual one.
func (w *world) appliedTo(c *cli.Context) (dir string, err error) {
	if flag := c.String("config-dir"); flag != "" {
		return w.configDir(flag)
	}
	s, _, err := w.loadSpec(c)
	switch {
	case is[*noSpecError](err):
		return w.configDir("")
	case err != nil:
		return "", err
	}
	return s.Paths.ConfigDir, nil
}

func (w *world) takeAway(ctx context.Context, j *job) error {
	done := 0
	p, err := j.settle(ctx, func(a plan.Action) {
		done++
		w.print("%s %s", w.sign(a.Op), w.describe(reportOf(a)))
	})
	if err != nil {
		return err
	}
	w.sayAll(p.Notes)
	w.print("Destroyed: %s.", count(done, "change"))
	return nil
}
