package main

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

func (w *world) destroyVerb() *cli.Command {
	return w.command(verb{
		name: "destroy", usage: "take away what apply made",
		about: `Takes away what the manifest in the key directory says that apply made: stops and
disables the timer, revokes the tokens, logs gh out, removes the files, and gives
back what stood there before. Not given back are two secrets, which nothing keeps: a
token file that was not ours, and a login that gh had on the same host; a mint has
replaced them, and plan told so. Of the spec it takes the key directory's place alone,
and needs none where that is the usual one, or --config-dir names it. The private
key stays, unless --purge-key says otherwise: GitHub cannot give it out again.
Root takes away the broker of this system.`,
		examples: []string{
			program + " plan --destroy   # what it would do",
			program + " destroy",
			program + " destroy --purge-key",
			"HOME=/home/takopi " + program + " destroy --root /srv/image --purge-key",
		},
		flags: specFlags(conflictFlags(rootFlag(), configDirFlag(), purgeFlag())...),
		do: func(ctx context.Context, c *cli.Context) error {
			return w.destroy(ctx, c)
		},
	})
}

func (w *world) destroy(ctx context.Context, c *cli.Context) error {
	j, end, err := w.prepareDestroy(ctx, c)
	if err != nil {
		return err
	}
	defer end()
	if err := w.finish(j); err != nil {
		return err
	}
	if err := w.checkPlan(ctx, j); err != nil {
		return err
	}
	if w.exists(j.desired.Manifest) {
		unlock, err := w.lock(ctx, j.keyDir())
		if err != nil {
			return err
		}
		defer unlock()
	}
	p, err := w.settle(ctx, j)
	if err != nil {
		return errors.Join(append(j.left, err)...)
	}
	w.sayAll(p.Notes)
	w.print("Destroyed: %s.", count(j.done, "change"))
	return errors.Join(j.left...)
}

// finish ends a destroy that was killed in its last moment.
func (w *world) finish(j *job) error {
	top, err := plan.Unfinished(w.root, j.desired.Manifest)
	if err != nil || top == "" {
		return err
	}
	w.say("a destroy was killed in its last moment: what it left of %s goes", w.tilde(top))
	return plan.Finish(w.root, j.desired.Manifest)
}

// prepareDestroy connects to the host that is to have nothing of ours; end frees what
// it took.
func (w *world) prepareDestroy(ctx context.Context, c *cli.Context) (j *job, end func(), err error) {
	if w.forSystem(c) && !c.IsSet("config-dir") {
		return w.prepareDestroyBroker(ctx, c)
	}
	site, err := w.siteOf(c)
	if err != nil {
		return nil, nil, err
	}
	dir, err := w.appliedTo(c)
	if err != nil {
		return nil, nil, err
	}
	w.recallTakopi(dir)
	j = &job{}
	site.Keys = &lenientKeys{j: j}
	j.desired = units.Nothing(dir, site)
	j.desired.Purge = c.Bool("purge-key")
	if err := w.settleBy(c, &j.desired); err != nil {
		return nil, nil, err
	}
	if err := w.knows(j); err != nil {
		return nil, nil, err
	}
	return j, w.reach(ctx, j, dir), nil
}

// knows tells that there is no manifest, and refuses where there is something
// provisioned all the same.
func (w *world) knows(j *job) error {
	manifest, dir := j.desired.Manifest, j.keyDir()
	if w.exists(manifest) {
		return nil
	}
	if apps, errs := refresh.Apps(dir); w.root == "" && len(apps)+len(errs) > 0 {
		return &failure{exitBadSetup, "there is no manifest " + w.tilde(manifest) + ", so what is provisioned there is not known to be ours",
			"run " + program + " apply, which makes one, and then destroy; or take it away by hand"}
	}
	w.say("there is no manifest %s: nothing is known to be ours", w.tilde(manifest))
	return nil
}

// keyDir is the directory that the manifest lies in.
func (j *job) keyDir() string { return filepath.Dir(j.desired.Manifest) }

func purgeFlag() cli.Flag {
	return &cli.BoolFlag{Name: "purge-key", Usage: "remove the managed copy of the private key, too"}
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

// lenientKeys leaves a takopi.toml or a configuration of git alone that cannot be
// edited: it must not keep the rest from going.
type lenientKeys struct {
	ownKeys
	j *job
}

func (k *lenientKeys) GiveBack(src []byte, earlier map[string]string) ([]byte, error) {
	after, err := k.ownKeys.GiveBack(src, earlier)
	if err == nil {
		return after, nil
	}
	left := &failure{statusOf(err), "our keys are still in takopi.toml: " + err.Error(), "take them out by hand: the keys of [plugins.ghauth]"}
	if ofGit(slices.Collect(maps.Keys(earlier))) {
		left = &failure{statusOf(err), "our helper is still in git's configuration: " + err.Error(), "take it out by hand: the lines of a [credential] section that name " + program}
	}
	if !slices.ContainsFunc(k.j.left, func(e error) bool { return e.Error() == left.reason }) { // it is planned more than once
		k.j.left = append(k.j.left, left)
	}
	return src, nil
}
