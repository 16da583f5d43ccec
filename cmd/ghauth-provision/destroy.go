package main

import (
	"context"
	"errors"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
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
	site, err := w.site()
	if err != nil {
		return err
	}
	s, _, err := w.loadSpec(c)
	if err != nil {
		return err
	}
	j := &job{spec: s}
	site.Unedit = j.uneditOrLeave
	if site.Retired, err = retired(s); err != nil {
		return err
	}
	if j.desired, err = units.Removed(s, site, c.Bool("purge-key")); err != nil {
		return err
	}
	defer w.reach(ctx, j)()
	if p, err := j.plan(ctx); err == nil && !p.Empty() && exists(s.Paths.ConfigDir) {
		unlock, err := w.lock(ctx, s.Paths.ConfigDir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	if err := w.settle(ctx, j); err != nil {
		return errors.Join(append(j.left, err)...)
	}
	w.sayAll(j.observed.NotChecked)
	w.print("Destroyed: %s.", count(j.done, "change"))
	w.keptKeys(s)
	return errors.Join(j.left...)
}

// uneditOrLeave leaves a takopi.toml alone that cannot be edited: it must not
// keep the rest from going.
func (j *job) uneditOrLeave(before, table []byte) ([]byte, error) {
	after, err := unedit(before, table)
	if err == nil {
		return after, nil
	}
	j.left = []error{&failure{statusOf(err), "our keys are still in takopi.toml: " + err.Error(), "take them out by hand: the keys of [plugins.ghauth]"}}
	return before, nil
}

// reach connects the job to the host, until end is called.
func (w *world) reach(ctx context.Context, j *job) (end func()) {
	j.host, end = w.connect(ctx)
	r := w.refresher(j.spec.Paths.ConfigDir)
	j.host.Revoke = func(ctx context.Context, tokenFile string) error {
		return j.leave(r.Revoke(ctx, tokenFile), "the token was not revoked", "it dies by itself within the hour")
	}
	j.host.LogOut = func(ctx context.Context, stamp string) error {
		return j.leave(r.LogOutGH(ctx, stamp), "gh still has its login", "run: gh auth logout")
	}
	return end
}

// leave keeps an error that must not keep the rest from going.
func (j *job) leave(err error, what, remedy string) error {
	if err != nil {
		j.left = append(j.left, &failure{statusOf(err), what + ": " + err.Error(), remedy})
	}
	return nil
}

// keptKeys names the keys that stay.
func (w *world) keptKeys(s *spec.Spec) {
	for i, app := range s.Apps {
		key := units.AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".pem")
		if exists(key) {
			w.print("The key of app %s stays at %s.", app.Name, w.tilde(key))
		}
	}
}
