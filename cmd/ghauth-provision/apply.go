package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

const (
	// lockTimeout bounds the wait for another apply or mint.
	lockTimeout = time.Minute
	// applyTries bounds how often a plan is made anew because the host moved
	// between plan and action, as when another program writes takopi.toml.
	applyTries = 5
)

func (w *world) applyVerb() *cli.Command {
	return w.command(verb{
		name: "apply", usage: "make this host as the spec says", args: "[PLANFILE]",
		about: `Asks GitHub whether it would give every app its token (key, clock, installation,
permissions, repositories) and changes nothing if not. Then it imports the key, writes
the files and units, enables and starts the timer, mints a first token, and looks at
the host once more. A second apply changes nothing.
A key that the spec has in Vault, and that is not there yet, is imported from the
file that this host has had it in until now, by the token in VAULT_TOKEN, which needs
no more than a policy for that and is used for nothing else.
When something fails, what was done stays, and to run it again goes on from there.
A file that somebody has changed since an apply wrote it is a conflict: nothing is
done until --overwrite, which gives the edit up, or --keep settles it; a later
--overwrite takes a --keep back.
The first app owns the plain file names: another order is refused, too, unless
--rename-apps confirms that files change their names.
A PLANFILE that plan --out has saved is carried out only while it fits the host and
the spec, with conflicts settled as they were then; a spec with variables needs the
same --var again.
With --root, everything is laid beneath DIR, for an image: paths are worked out from
HOME as ever, and stand in files without DIR; keys and the binary come from this
host. The timer is enabled by its link; nothing is started and no token minted. Root
goes on as the owner of that home, to whom all of it belongs. On the host that the
image becomes, apply takes over, and does the rest.
Root, with a spec that has a broker block, sets up the broker of this system instead,
and nothing in its own home: the keys, encrypted for this host, the policy, and the
system's units. They are kept in /etc/ghauth-provision.`,
		examples: []string{
			program + " apply",
			program + " plan --out today.plan && " + program + " apply today.plan",
			program + " apply --spec hosts/build.hcl",
			program + " apply --keep ~/.local/bin/takopi-refresh-github-token",
			"HOME=/home/takopi " + program + " apply --root /srv/image",
		},
		flags: specFlags(conflictFlags(renameFlag(), rootFlag())...),
		do: func(ctx context.Context, c *cli.Context) error {
			return w.apply(ctx, c)
		},
	})
}

func (w *world) apply(ctx context.Context, c *cli.Context) error {
	saved, err := w.savedPlan(c)
	if err != nil {
		return err
	}
	j, end, err := w.prepare(ctx, c)
	if err != nil {
		return err
	}
	defer end()
	if err := w.take(saved, j); err != nil {
		return err
	}
	if err := w.finish(j); err != nil {
		return err
	}
	if err := w.checkPlan(ctx, j); err != nil {
		return err
	}
	if err := w.change(ctx, j); err != nil {
		return err
	}
	j.desired.Overwrite, j.desired.Keep, j.desired.Rename = nil, nil, false // done
	var minted error
	switch {
	case j.system:
		minted = w.tryBroker(ctx, j.spec.Broker.Socket, j.spec.Apps[0].Name)
	case w.root == "":
		minted = w.firstMint(ctx, j)
		minted = errors.Join(minted, w.leaveKeys(ctx, j))
	}
	if ctx.Err() != nil {
		return errors.Join(minted, &failure{exitFailed, "interrupted before the check at the end", againRemedy})
	}
	p, err := j.verify(ctx)
	w.sayAll(w.notesOf(j, p))
	if j.done == 0 && err == nil && len(j.left) == 0 {
		w.print("%s", w.noChanges(p.Kept, w.pluginOf(j).leftOut()))
	} else {
		w.print("Applied: %s.", count(j.done, "change"))
	}
	return errors.Join(append(j.left, minted, err, w.pluginOf(j).withoutUV())...)
}

// change asks GitHub beforehand and then makes the host as desired. Where there is
// nothing to change, it takes neither the lock nor GitHub's time.
func (w *world) change(ctx context.Context, j *job) error {
	p, err := j.plan(ctx)
	if err == nil && j.saved != nil {
		err = j.saved.fits(p, j.desired.Manifest)
	}
	if err != nil || p.Empty() {
		return err
	}
	if err := w.mayImport(j, p); err != nil {
		return err
	}
	if err := w.preflight(ctx, j, p); err != nil {
		return err
	}
	w.sayAll(forgets(p))
	return w.carryOut(ctx, j)
}

// checkPlan looks at a first plan before anything is done: the flags have to settle
// conflicts that there are, and what they settle is shown.
func (w *world) checkPlan(ctx context.Context, j *job) error {
	if len(j.desired.Overwrite)+len(j.desired.Keep) == 0 && !j.desired.Rename {
		return nil
	}
	p, err := j.plan(ctx)
	if err == nil && j.saved == nil {
		err = w.allSettle(j.desired, p)
	}
	if err != nil {
		return err
	}
	for _, c := range p.Settled {
		w.showConflict(w.stderr, w.say, conflictOf(c))
	}
	return nil
}

// take has the job carry out a saved plan, if there is one, as it was settled.
func (w *world) take(saved *planReport, j *job) error {
	if j.saved = saved; saved == nil {
		return nil
	}
	if saved.Root != w.root {
		return usage("the saved plan is for another --root", fmt.Sprintf("it was made with --root %q", string(saved.Root)))
	}
	return w.holdTo(saved, &j.desired)
}

// savedPlan reads the plan that is to be carried out, if one is named, whose
// spec then is the spec.
func (w *world) savedPlan(c *cli.Context) (*planReport, error) {
	switch c.Args().Len() {
	case 0:
		return nil, nil
	case 1:
		saved, err := readPlan(c.Args().First())
		if err == nil && c.String("spec") == "" {
			err = c.Set("spec", saved.Spec)
		}
		return &saved, err
	}
	return nil, usage("apply takes one plan", "see "+program+" apply --help")
}

// carryOut makes the host as desired, under the lock.
func (w *world) carryOut(ctx context.Context, j *job) error {
	unlock, err := w.lockHost(ctx, j)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = w.settle(ctx, j)
	return err
}

// settle plans and applies, and again where the host moved in between. A saved
// plan is carried out as it is, or not at all. The last plan comes back.
func (w *world) settle(ctx context.Context, j *job) (p plan.Plan, err error) {
	for try := 1; ; try++ {
		if p, err = j.plan(ctx); err != nil {
			return p, err
		}
		err = w.applyPlan(ctx, j, p, p)
		if errors.Is(err, errUV) {
			j.saved = nil // it has gone as far as it could: no more than the rest follows
			continue
		}
		if !is[*plan.MovedError](err) || j.saved != nil || try == applyTries {
			return p, err
		}
	}
}

// applyPlan carries out head, the whole of the plan p or its beginning, once p is
// what is left of the saved plan, if there is one.
func (w *world) applyPlan(ctx context.Context, j *job, p, head plan.Plan) error {
	if j.saved != nil {
		if err := j.saved.from(j.done).fits(p, j.desired.Manifest); err != nil {
			return err
		}
	}
	left := len(j.left)
	return plan.Apply(ctx, j.host, head, func(a plan.Action) {
		if len(j.left) > left {
			left = len(j.left)
			return
		}
		j.done++
		w.print("%s %s", w.sign(a.Op), w.describe(reportOf(a)))
		w.sayAll(w.unread(j, p, a))
	})
}

// lockHost takes the lock that lies in the key directory. Where that directory
// is still to be made, it is made first, with the manifest in it: the rest of the
// plan is made under the lock, so that of two first applies one waits for the other.
func (w *world) lockHost(ctx context.Context, j *job) (unlock func(), err error) {
	dir := j.spec.Paths.ConfigDir
	if !w.exists(dir) {
		p, err := j.plan(ctx)
		if err != nil {
			return nil, err
		}
		if err := w.applyPlan(ctx, j, p, p.Head()); err != nil && !w.exists(dir) {
			return nil, err
		}
	}
	return w.lock(ctx, dir)
}

func (w *world) lock(ctx context.Context, dir string) (unlock func(), err error) {
	if dir, err = w.root.Real(dir, true); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	w.slow("waiting for another apply or mint to end", func() { unlock, err = refresh.Lock(ctx, dir) })
	return unlock, err
}
