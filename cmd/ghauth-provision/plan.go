package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// A job is a spec on its way to the host, or what was applied on its way out.
type job struct {
	spec     *spec.Spec // nil for a destroy
	specPath string
	// executable is the running binary.
	executable string
	system     bool // it is the broker's, and root's
	desired    plan.State
	host       plan.Host

	saved    *planReport // to be carried out as it is, if not nil
	observed plan.State  // when it was last planned for
	done     int         // actions carried out
	left     []error     // what was passed over while they were
}

// prepare reads the spec and connects to the host; end frees what it took.
func (w *world) prepare(ctx context.Context, c *cli.Context) (j *job, end func(), err error) {
	if w.forSystem(c) {
		return w.prepareBroker(ctx, c)
	}
	w.takeVaultToken()
	site, err := w.siteOf(c)
	if err != nil {
		return nil, nil, err
	}
	s, path, err := w.loadSpec(c)
	if err != nil {
		return nil, nil, err
	}
	if len(s.Broker.Clients) > 0 {
		return nil, nil, usage("the spec's broker block is root's to apply", "run it as root; the clients' own specs name its socket instead of a key")
	}
	if err := w.checkKeys(s); err != nil {
		// In another key directory than before there is no key yet: that comes first.
		return nil, nil, cmp.Or(w.owned(s, site), err)
	}
	if err := w.locate(ctx, s); err != nil {
		return nil, nil, err
	}
	j = &job{spec: s, specPath: path, executable: site.Executable}
	site.LockedDown = w.lockedDown(s)
	w.offerPlugin(&site, s.Paths.ConfigDir)
	if j.desired, err = units.Desired(s, site); err != nil {
		return nil, nil, err
	}
	if err := w.settleBy(c, &j.desired); err != nil {
		return nil, nil, err
	}
	j.desired.Spent, j.desired.Imports = w.spentKeys(s), w.imports(s)
	return j, w.reach(ctx, j, s.Paths.ConfigDir), nil
}

// owned refuses what is of another key directory's set-up.
func (w *world) owned(s *spec.Spec, site units.Site) error {
	desired, err := units.Desired(s, site)
	if err != nil {
		return nil // which is told in its own place
	}
	return plan.Owned(w.root, desired)
}

// plan compares the host with what is desired, and keeps what it saw.
func (j *job) plan(ctx context.Context) (p plan.Plan, err error) {
	if j.observed, err = plan.Observe(ctx, j.host, j.desired); err != nil {
		return p, err
	}
	return plan.Diff(j.observed, j.desired)
}

func (w *world) planVerb() *cli.Command {
	flags := func(more ...cli.Flag) []cli.Flag {
		return specFlags(append(conflictFlags(append(more, renameFlag(), rootFlag(),
			&cli.BoolFlag{Name: "destroy", Usage: "show what destroy would do"}, purgeFlag(), configDirFlag())...),
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 when there is something to change"})...)
	}
	return w.command(verb{
		name: "plan", usage: "show what apply would change",
		about: `Compares this host with the spec: files, their modes, the units as systemd
reports them, the keys in takopi.toml, and linger. It changes nothing, and asks
GitHub for nothing but the id of an installation that the spec names, and Vault whether
it has a key that is still in a file. Of a secret
it shows that it changes, never what to. What the first mint would replace although
it is not ours, a token file or a login of gh's, is told, too.
A file that somebody has changed since an apply wrote it is a conflict, shown three
ways. A plan with one exits with 0, or with 2 by --detailed-exitcode, but apply stops
at it, and --out saves none, until --overwrite, which gives the edit up, or --keep
settles it. A saved plan is what apply FILE carries out, as it was settled, or
refuses when the host or the spec has moved since.
With --destroy it shows what destroy would take away, with the same --purge-key and
--config-dir.`,
		examples: []string{
			program + " plan",
			program + " plan --detailed-exitcode   # 0: no changes, 2: changes, else: failed",
			program + " plan --out today.plan && " + program + " apply today.plan",
			program + " plan --out today.plan --overwrite ~/.local/bin/takopi-refresh-github-token",
			program + " plan --json | jq .counts",
			program + " plan diff | less",
			program + " plan --destroy --purge-key",
			program + " plan --root /srv/image    # what apply --root would write there",
		},
		flags: flags(jsonFlag(), &cli.StringFlag{Name: "out", Usage: "save the plan to `FILE`"}),
		do:    func(ctx context.Context, c *cli.Context) error { return w.runPlan(ctx, c, w.showPlan) },
		verbs: []*cli.Command{w.command(verb{
			name: "diff", usage: "print the unified diff alone",
			about: `Prints what apply would change in files as a unified diff, and nothing else. It is
for patch(1); git apply needs --unidiff-zero, since of files that others write, too,
only our own lines are shown, without any around them. Conflicts go to standard error.`,
			examples: []string{
				program + " plan diff",
				program + " plan diff | patch --dry-run -d / -p1",
			},
			flags: flags(),
			do:    func(ctx context.Context, c *cli.Context) error { return w.runPlan(ctx, c, w.showDiff) },
		})},
	})
}

func (w *world) runPlan(ctx context.Context, c *cli.Context, show func(planReport)) error {
	prepare := w.prepare
	switch {
	case c.Bool("destroy") && c.String("out") != "":
		return usage("--out saves no plan to destroy", "destroy makes its own plan: look at this one, and run "+program+" destroy")
	case c.Bool("destroy"):
		prepare = w.prepareDestroy
	case c.Bool("purge-key") || c.IsSet("config-dir"):
		return usage("--purge-key and --config-dir go with --destroy", "see "+program+" plan --help")
	}
	j, end, err := prepare(ctx, c)
	if err != nil {
		return err
	}
	defer end()
	p, err := j.plan(ctx)
	if c, ok := errors.AsType[*plan.ConflictError](err); ok {
		p, err = plan.Plan{Conflicts: []*plan.ConflictError{c}}, nil // all that can be said until it is out of the way
	}
	if err == nil {
		err = w.allSettle(j.desired, p)
	}
	if err != nil {
		return err
	}
	report := w.planReport(j, p)
	if c.Bool("json") {
		err = w.printJSON(report)
	} else {
		show(report)
	}
	if file := c.String("out"); err == nil && file != "" {
		err = savePlan(file, report)
	}
	if err == nil && c.Bool("detailed-exitcode") && report.differs() {
		err = errTold(exitDiffers)
	}
	return err
}

func (w *world) sayAll(notes []string) {
	for _, note := range notes {
		w.say("%s", note)
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shellWord quotes a path for a command that people copy.
func shellWord(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t'\"\\$`*?[]{}()<>|&;#~!", r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
