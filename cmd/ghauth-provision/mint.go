package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

func configDirFlag() cli.Flag {
	return &cli.StringFlag{Name: "config-dir", Usage: "the key directory that apply made: `DIR` (default: ~/.config/takopi)"}
}

func (w *world) mintVerb() *cli.Command {
	return w.command(verb{
		name: "mint", usage: "refresh the tokens that are due",
		about: `Mints a new token for every app whose token has at most renew_within of its life
left, writes it to the token file, and logs gh in with it. This is what the timer
runs; it reads what apply wrote and never the spec. While every token is fresh it
asks GitHub nothing. A valid token stays until a new one is there that works.
With --output it prints the token of one app, whole, for scripts. There it also
serves without anything provisioned: the flags describe the App, or the variables
GITHUB_APP_ID or GITHUB_APP_CLIENT_ID, GITHUB_APP_INSTALLATION_ID or
GITHUB_APP_INSTALLATION, GITHUB_APP_PRIVATE_KEY_PATH, GITHUB_APP_PRIVATE_KEY or
GITHUB_APP_SIGNER, and GITHUB_API_URL. Flags come before what is provisioned, that before the environment.
Such a token is not stored.`,
		examples: []string{
			program + " mint",
			program + " mint --force              # a new token now",
			program + " mint --app backend --force",
			program + " mint --output token --app backend",
			`set -a; eval "$(` + program + ` mint --output env)"; set +a`,
			program + " mint --output json --app-id 123456 --private-key key.pem --installation octo-org",
			program + " mint --output token --repository hello --permission contents=read",
		},
		flags: append([]cli.Flag{
			configDirFlag(),
			appFlag(),
			&cli.BoolFlag{Name: "force", Usage: "mint although the token is fresh"},
			outputFlag(),
		}, identityFlags()...),
		do: w.mint,
	})
}

func appFlag() cli.Flag { return &cli.StringFlag{Name: "app", Usage: "only the app `NAME`"} }

func (w *world) mint(ctx context.Context, c *cli.Context) error {
	form := c.String("output")
	if err := checkForm(form); err != nil {
		return err
	}
	app, alone, err := w.alone(c)
	switch {
	case err != nil:
		return err
	case alone && form == "":
		return usage("the token of an App that is not provisioned is stored nowhere", "say how to print it: --output env, json or token")
	case alone:
		token, err := w.standAlone(ctx, c, app)
		if err != nil {
			return err
		}
		return w.printToken(form, app, token)
	case form != "":
		return w.mintOne(ctx, c, form)
	}
	return w.mintDue(ctx, c)
}

// mintDue refreshes what is provisioned, as far as it is due or --force is given.
func (w *world) mintDue(ctx context.Context, c *cli.Context) error {
	dir, apps, errs, err := w.provisioned(c)
	if err != nil {
		return err
	}
	for _, res := range w.refresh(ctx, w.refresher(dir), apps, c.Bool("force")) {
		errs = append(errs, ofApp(res.App, w.report(res)))
	}
	return errors.Join(errs...)
}

// mintOne refreshes one app and prints its token. One that lives is printed even
// where no new one was to be had.
func (w *world) mintOne(ctx context.Context, c *cli.Context, form string) error {
	dir, app, err := w.oneApp(c)
	if err != nil {
		return err
	}
	r := w.refresher(dir)
	var res refresh.Result
	if c.Bool("force") {
		res = w.refresh(ctx, r, []refresh.App{app}, true)[0]
	} else {
		res = w.live(ctx, r, app)
	}
	if res.Token.Value == "" {
		return ofApp(app, res.Err)
	}
	for _, err := range []error{res.Err, res.GHErr} {
		if err != nil {
			w.say("%s: %v", app.Name, err)
		}
	}
	return w.printToken(form, app, res.Token)
}

// live gives an app's token for use at once.
func (w *world) live(ctx context.Context, r *refresh.Refresher, app refresh.App) (res refresh.Result) {
	w.slow("asking GitHub for a token", func() { res = r.Live(ctx, app) })
	return res
}

// alone gives the App that flags describe, or the environment where nothing is
// provisioned, and whether there is one.
func (w *world) alone(c *cli.Context) (app refresh.App, alone bool, err error) {
	flags, err := given(c)
	if err != nil {
		return app, false, err
	}
	base := w.fromEnv()
	if len(flags)+len(base) == 0 {
		return app, false, nil // as for the timer: what is provisioned is read once
	}
	dir, err := w.configDir(c.String("config-dir"))
	if err != nil {
		return app, false, err
	}
	apps, errs := refresh.Apps(dir)
	switch none := len(apps)+len(errs) == 0; {
	case len(flags) == 0 && !none:
		return app, false, nil
	case !none:
		if _, app, err = w.oneApp(c); err == nil {
			base, err = refresh.AppVars(app.File)
		}
		if flags["GITHUB_APP_ID"]+flags["GITHUB_APP_CLIENT_ID"] != "" {
			// Another App has other installations and keys; its GitHub is the same.
			maps.DeleteFunc(base, func(name, _ string) bool { return strings.HasPrefix(name, "GITHUB_APP_") })
		}
	}
	if err == nil {
		app, err = describedApp(base, flags)
	}
	return app, true, err
}

// provisioned gives the apps of the key directory, all or the one that --app names,
// and in errs what is wrong with others. As root it becomes the directory's owner.
func (w *world) provisioned(c *cli.Context) (dir string, apps []refresh.App, errs []error, err error) {
	if dir, err = w.configDir(c.String("config-dir")); err != nil {
		return
	}
	if dir, err = w.becomeOwner(dir); err != nil {
		return
	}
	apps, errs = refresh.Apps(dir)
	if only := c.String("app"); only != "" {
		if apps, err = pick(apps, only, dir); err != nil {
			err = errors.Join(append(errs, err)...)
		}
		errs = nil
	}
	if err == nil && len(apps)+len(errs) == 0 {
		err = w.noApp(dir)
	}
	return
}

// configDir gives the key directory: the flag's, or the usual one.
func (w *world) configDir(flag string) (string, error) {
	if flag != "" {
		return filepath.Abs(flag)
	}
	home, err := w.home()
	return filepath.Join(home, ".config/takopi"), err
}

// pick takes the app called name.
func pick(apps []refresh.App, name, dir string) ([]refresh.App, error) {
	i := slices.IndexFunc(apps, func(a refresh.App) bool { return a.Name == name })
	if i >= 0 {
		return apps[i : i+1], nil
	}
	return nil, usage(fmt.Sprintf("no app %q is provisioned in %s", name, dir), "the apps there: "+names(apps))
}

func names(apps []refresh.App) string {
	if len(apps) == 0 {
		return "none"
	}
	return strings.Join(mapTo(apps, func(a refresh.App) string { return a.Name }), ", ")
}

func (w *world) refresher(dir string) *refresh.Refresher {
	return &refresh.Refresher{
		Dir: dir, Version: versionString(), Now: w.now, Env: w.env,
		Warn: func(app, text string) { w.say("%s: %s", app, text) },
		Audit: func(r audit.Record) {
			switch err := audit.Write(dir, r); {
			case errors.Is(err, fs.ErrNotExist): // nothing is provisioned, so it has no place
				w.detail("%s: no record was kept: there is no journal", r.App)
			case err != nil:
				w.say("%s: no record was kept: %v", r.App, err)
			}
		},
	}
}

func (w *world) refresh(ctx context.Context, r *refresh.Refresher, apps []refresh.App, force bool) (results []refresh.Result) {
	for _, app := range apps {
		w.detail("%s: issuer %s, installation %d, at %s", app.Name, app.Issuer, app.InstallationID, app.APIURL)
	}
	w.slow("asking GitHub for a token", func() { results = r.Run(ctx, apps, force) })
	return results
}

// report prints what became of an app's token, and gives what went wrong.
func (w *world) report(res refresh.Result) error {
	if res.Err != nil {
		return res.Err
	}
	left := span(res.Token.ExpiresAt.Sub(w.now()))
	if res.Minted {
		w.print("%s: new token %s (sha256 %s) until %s, %s from now", res.App.Name, res.Token.Value,
			res.Token.Value.Digest(), res.Token.ExpiresAt.UTC().Format(time.RFC3339), left)
	} else {
		w.print("%s: token %s (sha256 %s) is fresh, %s left", res.App.Name, res.Token.Value, res.Token.Value.Digest(), left)
	}
	if name := refresh.Shadow(res.App.Host, w.env); res.App.GH && name != "" {
		w.say("%s: %s is set here, which gh takes before its stored login: unset it", res.App.Name, name)
	}
	return res.GHErr
}

// ofApp names the app that an error is about.
func ofApp(app refresh.App, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", app.Name, err)
}

func mapTo[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}
