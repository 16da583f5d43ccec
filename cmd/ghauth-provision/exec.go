package main

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"
)

func (w *world) execVerb() *cli.Command {
	return w.command(verb{
		name: "exec", usage: "run a program with a fresh token in its environment", args: "-- CMD [ARG...]",
		about: `Becomes CMD, with the app's token as GH_TOKEN and GITHUB_TOKEN (GH_ENTERPRISE_TOKEN
and GITHUB_ENTERPRISE_TOKEN for an Enterprise Server). GitHub is asked first whether
the token works. A program that runs for longer than the token lives does not see the
next one: gh's stored login and git's credential helper are for that.
As with mint --output, flags or the environment can describe an App that is not
provisioned. The exit status is CMD's.`,
		examples: []string{
			program + " exec -- gh api /installation/repositories",
			program + " exec --app backend -- ./deploy.sh --now",
			program + " exec --client-id Iv23liABC --private-key key.pem --installation octo-org -- gh api installation/repositories --jq .total_count",
		},
		flags: append([]cli.Flag{configDirFlag(), appFlag()}, identityFlags()...),
		do:    w.exec,
	})
}

func (w *world) exec(ctx context.Context, c *cli.Context) error {
	if !c.Args().Present() {
		return usage("exec has no program to run", "put it behind --, as in: "+program+" exec -- gh pr list")
	}
	path, err := exec.LookPath(c.Args().First())
	if err != nil {
		return &failure{exitUsage, err.Error(), "check the program's name, and PATH"}
	}
	app, token, err := w.tokenFor(ctx, c)
	if err != nil {
		return err
	}
	unix.Umask(w.umask)
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &w.cores)
	err = syscall.Exec(path, c.Args().Slice(), withToken(w.env, refresh.TokenVars(app.Host, token.Token)))
	return &failure{exitFailed, "cannot run " + path + ": " + err.Error(), "check that it is a program"}
}

// tokenFor gives a token of the App that is described, or of the one provisioned.
func (w *world) tokenFor(ctx context.Context, c *cli.Context) (refresh.App, refresh.Stored, error) {
	app, alone, err := w.alone(c)
	if err != nil {
		return app, refresh.Stored{}, err
	}
	if alone {
		token, err := w.standAlone(ctx, c, app)
		return app, token, err
	}
	dir, app, err := w.oneApp(c)
	if err != nil {
		return app, refresh.Stored{}, err
	}
	token, err := w.handOut(ctx, w.refresher(dir), app)
	return app, token, err
}

// oneApp gives the app that --app names, or the default one.
func (w *world) oneApp(c *cli.Context) (dir string, app refresh.App, err error) {
	dir, apps, errs, err := w.provisioned(c)
	switch {
	case err != nil:
		return dir, app, err
	case len(apps) > 0 && (apps[0].IsDefault() || c.String("app") != ""):
		return dir, apps[0], nil
	case len(errs) > 0:
		return dir, app, errors.Join(errs...)
	}
	return dir, app, usage("there is no default app", "name one with --app: "+names(apps))
}

// handOut gives an app's token, once GitHub has taken it. Where GitHub cannot be
// asked, a token that should still live is better than none.
func (w *world) handOut(ctx context.Context, r *refresh.Refresher, app refresh.App) (refresh.Stored, error) {
	var res refresh.Result
	w.slow("asking GitHub", func() { res = r.HandOut(ctx, app) })
	if mint.IsTemporary(res.Err) && res.Token.Value != "" {
		w.say("%s: %v", app.Name, res.Err)
		return res.Token, nil
	}
	if res.GHErr != nil {
		w.say("%s: %v", app.Name, res.GHErr)
	}
	return res.Token, ofApp(app, res.Err)
}

// withToken gives env with vars, and without what would come before them.
func withToken(env, vars []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(refresh.TokenNames, name)
	})
	return append(env, vars...)
}
