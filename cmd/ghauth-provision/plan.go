package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// A job is a spec on its way to the host.
type job struct {
	spec    *spec.Spec
	desired plan.State
	host    plan.Host

	observed plan.State // when it was last planned for
}

// prepare reads the spec and connects to the host; end frees what it took.
func (w *world) prepare(ctx context.Context, c *cli.Context) (j *job, end func(), err error) {
	site, err := w.site()
	if err != nil {
		return nil, nil, err
	}
	s, err := w.loadSpec(c)
	if err != nil {
		return nil, nil, err
	}
	if err := checkKeys(s); err != nil {
		return nil, nil, err
	}
	desired, err := units.Desired(s, site)
	if err != nil {
		return nil, nil, err
	}
	host, disconnect := w.connect(ctx)
	return &job{spec: s, desired: desired, host: host}, disconnect, nil
}

// plan compares the host with what is desired, and keeps what it saw.
func (j *job) plan(ctx context.Context) (p plan.Plan, err error) {
	if j.observed, err = plan.Observe(ctx, j.host, j.desired); err != nil {
		return p, err
	}
	return plan.Diff(j.observed, j.desired)
}

func (w *world) planVerb() *cli.Command {
	flags := func() []cli.Flag {
		return specFlags(&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 when there is something to change"})
	}
	with := func(show func(*job, plan.Plan)) func(context.Context, *cli.Context) error {
		return func(ctx context.Context, c *cli.Context) error { return w.runPlan(ctx, c, show) }
	}
	return w.command(verb{
		name: "plan", usage: "show what apply would change",
		about: `Compares this host with the spec: files, their modes, the units as systemd
reports them, the keys in takopi.toml, and linger. It changes nothing. Of a key
it shows that it changes, never what to.`,
		examples: []string{
			program + " plan",
			program + " plan --detailed-exitcode   # 0: no changes, 2: changes, else: failed",
			program + " plan diff | less",
		},
		flags: flags(),
		do:    with(w.showPlan),
		verbs: []*cli.Command{w.command(verb{
			name: "diff", usage: "print the unified diff alone",
			about: "Prints what apply would change in files as a unified diff, and nothing else.",
			examples: []string{
				program + " plan diff",
				program + " plan diff | grepdiff ghauth",
			},
			flags: flags(),
			do:    with(w.showDiff),
		})},
	})
}

func (w *world) runPlan(ctx context.Context, c *cli.Context, show func(*job, plan.Plan)) error {
	j, end, err := w.prepare(ctx, c)
	if err != nil {
		return err
	}
	defer end()
	p, err := j.plan(ctx)
	if err != nil {
		return err
	}
	show(j, p)
	if c.Bool("detailed-exitcode") && !p.Empty() {
		return errTold(exitDiffers)
	}
	return nil
}

func (w *world) showDiff(_ *job, p plan.Plan) {
	for _, a := range p.Actions {
		w.paintDiff(w.stdout, a.Diff())
	}
}

// showPlan prints the actions, their diffs and a count.
func (w *world) showPlan(j *job, p plan.Plan) {
	for _, a := range p.Actions {
		w.print("  %s %s", w.sign(a.Op), w.describe(a))
	}
	for _, a := range p.Actions {
		if text := a.Diff(); text != "" {
			w.print("")
			w.paintDiff(w.stdout, text)
		}
	}
	if !p.Empty() {
		w.print("")
	}
	w.notes(j, p)
	w.print("%s", summary(p))
}

// describe puts an action in a line: what, which mode, why.
func (w *world) describe(a plan.Action) string {
	text := fmt.Sprintf("%s %s", a.Op, w.tilde(a.Target))
	switch a.Op {
	case plan.Mkdir, plan.Create:
		text += fmt.Sprintf(" (%04o)", a.After.Mode)
	case plan.Chmod:
		text += fmt.Sprintf(" (%04o to %04o)", a.Before.Mode, a.After.Mode)
	case plan.Change:
		if a.Before.Mode != a.After.Mode {
			text += fmt.Sprintf(" (%04o to %04o)", a.Before.Mode, a.After.Mode)
		}
	}
	return text + ": " + a.Reason
}

func (w *world) sign(op plan.Op) string {
	switch op {
	case plan.Mkdir, plan.Create:
		return w.paint(green, "+")
	case plan.Remove:
		return w.paint(red, "-")
	}
	return w.paint(yellow, "~")
}

// notes tells what was not checked, and what is the operator's to do.
func (w *world) notes(j *job, p plan.Plan) {
	for _, note := range p.Notes {
		w.say("%s", note)
	}
	for i, app := range j.spec.Apps {
		if note := w.spareKey(j.spec, i, app); note != "" {
			w.say("%s", note)
		}
	}
}

// summary counts a plan's actions.
func summary(p plan.Plan) string {
	if p.Empty() {
		return "No changes: this host is as the spec says."
	}
	var add, change, remove, system int
	for _, a := range p.Actions {
		switch a.Op {
		case plan.Mkdir, plan.Create:
			add++
		case plan.Change, plan.Chmod:
			change++
		case plan.Remove:
			remove++
		default:
			system++
		}
	}
	return fmt.Sprintf("Plan: %d to add, %d to change, %d to remove, %s on systemd.", add, change, remove, count(system, "action"))
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// spareKey tells of a copy of an app's key that nothing needs once the key has
// been imported.
func (w *world) spareKey(s *spec.Spec, i int, app spec.App) string {
	managed := units.AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".pem")
	if managed == app.PrivateKey || !exists(managed) || !exists(app.PrivateKey) {
		return ""
	}
	where := "is no longer needed"
	for _, dir := range []string{"/tmp/", "/var/tmp/", "/dev/shm/", w.getenv("HOME") + "/Downloads/"} {
		if strings.HasPrefix(app.PrivateKey, dir) {
			where = "lies where keys get lost, and is no longer needed"
		}
	}
	return fmt.Sprintf("the copy of app %s's key at %s %s; remove it: shred -u %s", app.Name, w.tilde(app.PrivateKey), where, shellWord(app.PrivateKey))
}

// shellWord quotes a path for a command that people copy.
func shellWord(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t'\"\\$`*?[]{}()<>|&;#~!", r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
