package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"
)

// world is what a run is given from outside.
type world struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
	args           []string    // as they came
	uid            int         // the effective one
	umask          int         // the caller's, for the program that exec becomes
	cores          unix.Rlimit // its limit of core files, likewise
	root           plan.Root   // what --root names, once it is taken
	now            func() time.Time
	secret         *spec.Spec // hides its own sensitive values; nil until one is read

	privateKey string      // that of the environment, which no program that is run may see
	vaultToken mint.Secret // likewise, of a plan or an apply

	environment string // Takopi's, as the manifest knows it; empty: as uv has it today

	terminal bool // stdin is one
	colour   bool // stdout is one

	// Set by the flags that every verb has.
	noColor, verbose bool
}

// keyVariable holds an App's private key, where CI systems put secrets.
const keyVariable = "GITHUB_APP_PRIVATE_KEY"

// run carries out one command line and returns the exit status.
func run(ctx context.Context, w world, args []string) int {
	out := &output{Writer: w.stdout}
	w.terminal, w.colour = isTerminal(w.stdin), isTerminal(w.stdout)
	w.privateKey, w.env = w.getenv(keyVariable), slices.DeleteFunc(slices.Clone(w.env), func(v string) bool { return strings.HasPrefix(v, keyVariable+"=") })
	w.stdin, w.stdout = interruptible{ctx, w.stdin}, out
	w.args, w.stderr = args, hiding{w.stderr, &w}
	app := w.app()
	args, err := arrange(app.Commands, args)
	if err == nil {
		err = app.RunContext(ctx, append([]string{app.Name}, args...))
	}
	if err == nil || is[errTold](err) {
		err = cmp.Or(out.err, err)
	}
	if err != nil && !is[errTold](err) {
		w.tell(err)
	}
	return statusOf(err)
}

// app is the whole command line. Nothing of it is kept between runs.
func (w *world) app() *cli.App {
	return &cli.App{
		Name:            program,
		HelpName:        program,
		Usage:           "keep gh, git and coding agents supplied with fresh GitHub App tokens",
		UsageText:       program + " VERB [options]",
		HideVersion:     true,
		HideHelpCommand: true,
		Writer:          w.stdout,
		ErrWriter:       w.stderr,
		Commands:        w.verbs(),
		// A comma in --var is the value's own.
		DisableSliceFlagSeparator: true,
		// Statuses are run's business, and so are the messages.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   badFlag,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownVerb(c.App.Commands, c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
		CustomAppHelpTemplate: appHelp,
	}
}

func unknownVerb(verbs []*cli.Command, word string) error {
	hint := "see " + program + " --help"
	if s := suggestion(verbs, word); s != "" {
		hint = "did you mean " + s + "? " + hint
	}
	return usage(fmt.Sprintf("no such verb: %s", word), hint)
}

// suggestion gives the name most like word, of those that are like it at all.
func suggestion(verbs []*cli.Command, word string) string {
	text := cli.SuggestCommand(verbs, word)
	for _, v := range verbs {
		if strings.Contains(text, `"`+v.Name+`"`) {
			return v.Name
		}
	}
	return ""
}

// badFlag tells of a flag that does not parse, and of one that may have been meant.
func badFlag(c *cli.Context, err error, _ bool) error {
	hint := "see " + c.Command.HelpName + " --help"
	if _, name, unknown := strings.Cut(err.Error(), "not defined: -"); unknown {
		for _, f := range c.Command.Flags {
			if have := f.Names()[0]; levenshtein.Distance(name, have, nil) <= 2 {
				hint = "did you mean --" + have + "? " + hint
				break
			}
		}
	}
	return usage(err.Error(), hint)
}

// getenv looks name up in the environment that the run was given.
func (w *world) getenv(name string) string {
	for _, v := range slices.Backward(w.env) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}
