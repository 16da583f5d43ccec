package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
asks GitHub nothing. A valid token stays until a new one is there.`,
		examples: []string{
			program + " mint",
			program + " mint --force              # a new token now",
			program + " mint --app backend --force",
		},
		flags: []cli.Flag{
			configDirFlag(),
			&cli.StringFlag{Name: "app", Usage: "only the app `NAME`"},
			&cli.BoolFlag{Name: "force", Usage: "mint although the token is fresh"},
		},
		do: func(ctx context.Context, c *cli.Context) error {
			return w.mint(ctx, c.String("config-dir"), c.String("app"), c.Bool("force"))
		},
	})
}

func (w *world) mint(ctx context.Context, dir, only string, force bool) error {
	dir, err := w.configDir(dir)
	if err != nil {
		return err
	}
	if err := w.becomeOwner(dir); err != nil {
		return err
	}
	apps, errs := refresh.Apps(dir)
	if only != "" {
		if apps, err = pick(apps, only, dir); err != nil {
			return errors.Join(append(errs, err)...)
		}
		errs = nil
	}
	if len(apps)+len(errs) == 0 {
		return &failure{exitBadSetup, "no app is provisioned in " + w.tilde(dir), "run: " + program + " apply"}
	}
	for _, res := range w.refresh(ctx, w.refresher(dir), apps, force) {
		errs = append(errs, ofApp(res.App, w.report(res)))
	}
	return errors.Join(errs...)
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
	names := "none"
	if len(apps) > 0 {
		names = strings.Join(mapTo(apps, func(a refresh.App) string { return a.Name }), ", ")
	}
	return nil, usage(fmt.Sprintf("no app %q is provisioned in %s", name, dir), "the apps there: "+names)
}

func (w *world) refresher(dir string) *refresh.Refresher {
	return &refresh.Refresher{
		Dir: dir, Version: versionString(), Now: w.now, Env: w.env,
		Warn: func(app, text string) { w.say("%s: %s", app, text) },
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
