package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/gitcredential"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

func (w *world) gitCredentialVerb() *cli.Command {
	return w.command(verb{
		name: "git-credential", usage: "be git's credential helper", args: "get|store|erase",
		about: `Speaks git's protocol for credential helpers on standard input and output. Apply
writes it into git's configuration, where the spec has git_credential on.
get answers with the token of the app that is installed where the repository is: its
owner's, and of several the one whose installation is named by the repository, else
the one that is narrowed to it, else the one that GitHub says has it. Where git does
not tell the repository (without credential.useHttpPath), it is the default app's. A
token that is about to die is refreshed first. For other hosts, other owners and
other users it is silent, so that git goes on to the next helper; apply's lines take
back the helpers above them, and one for other owners belongs below.
erase tries the token that git was refused with, and mints a new one if GitHub no
longer takes it. store does nothing.`,
		examples: []string{
			"printf 'url=https://github.com/octo-org/hello\\n\\n' | git credential fill",
			"printf 'protocol=https\\nhost=github.com\\npath=octo-org/hello.git\\n' | " + program + " git-credential get",
		},
		flags: []cli.Flag{configDirFlag()},
		do:    w.gitCredential,
	})
}

func (w *world) gitCredential(ctx context.Context, c *cli.Context) error {
	if c.Args().Len() != 1 {
		return usage("git-credential takes one operation", "it is git that calls it: see "+program+" git-credential --help")
	}
	do := map[string]func(context.Context, gitcredential.Request, *refresh.Refresher, []refresh.App) error{
		"get": w.getCredential, "erase": w.eraseCredential,
	}[c.Args().First()]
	if do == nil {
		return nil // as gitcredentials(7) asks for, of operations still to come, too
	}
	req, err := gitcredential.Read(w.stdin)
	if err != nil {
		return usage("what git asks cannot be read: "+err.Error(), "see git-credential(1) for its form")
	}
	dir, apps, errs, err := w.provisioned(c)
	if err != nil {
		return err
	}
	apps = slices.DeleteFunc(apps, func(app refresh.App) bool { return !serves(app.Host, req) })
	if len(apps) == 0 {
		return w.silent(req, "no app is for this host", errs)
	}
	err = do(ctx, req, w.refresher(dir), apps)
	if is[*noAppError](err) {
		return w.silent(req, err.Error(), errs)
	}
	return err
}

// silent has git go on to other helpers. What an app is for whose file cannot be
// read is not known: that is told.
func (w *world) silent(req gitcredential.Request, why string, errs []error) error {
	w.detail("%s://%s/%s: %s", req.Protocol, req.Host, req.Path, why)
	for _, err := range errs {
		w.tell(err)
	}
	return nil
}

// noAppError says that no app is for what git asks about.
type noAppError struct{ reason string }

func (e *noAppError) Error() string { return e.reason }

// serves reports whether a request is about a host, and over a connection that may
// carry a token. A port that is the protocol's own is none.
func serves(host string, req gitcredential.Request) bool {
	port := map[string]string{"https": ":443", "http": ":80"}[req.Protocol]
	if strings.TrimSuffix(strings.ToLower(req.Host), port) != host {
		return false
	}
	return req.Protocol == "https" || req.Protocol == "http" && githubhost.Loopback(host)
}

// tokenUser is the name that a token goes with over HTTP (docs.github.com,
// "Authenticating as a GitHub App installation").
const tokenUser = "x-access-token"

// getCredential prints the token for what git wants to reach. A token that still
// lives is better than none where no new one is to be had.
func (w *world) getCredential(ctx context.Context, req gitcredential.Request, r *refresh.Refresher, apps []refresh.App) error {
	if req.Username != "" && req.Username != tokenUser {
		return &noAppError{"it is for the user " + req.Username}
	}
	app, err := w.appFor(ctx, req, r, apps)
	if err != nil {
		return err
	}
	res := w.live(ctx, r, app)
	if res.Token.Value == "" {
		return ofApp(app, res.Err)
	}
	for _, err := range []error{res.Err, res.GHErr} {
		if err != nil {
			w.say("%s: %v", app.Name, err)
		}
	}
	answer, err := gitcredential.Answer{Username: tokenUser, Password: res.Token.Value.Reveal(), Expires: res.Token.ExpiresAt}.Format(req)
	if err != nil {
		return ofApp(app, fmt.Errorf("%s: %w", app.TokenFile, err))
	}
	_, err = w.stdout.Write(answer)
	return err
}

// eraseCredential has GitHub say whether a stored token still works that git was
// refused with, and replaces it if not. Of other credentials nothing is known.
func (w *world) eraseCredential(ctx context.Context, req gitcredential.Request, r *refresh.Refresher, apps []refresh.App) error {
	i := slices.IndexFunc(apps, func(app refresh.App) bool {
		token, _, _ := app.Stored(w.now())
		return token.Value != "" && token.Value.Reveal() == req.Password
	})
	if i < 0 {
		return &noAppError{"the credential is no app's stored token"}
	}
	_, err := w.handOut(ctx, r, apps[i])
	return err
}

// appFor picks the app for what git wants to reach.
func (w *world) appFor(ctx context.Context, req gitcredential.Request, r *refresh.Refresher, apps []refresh.App) (app refresh.App, err error) {
	if req.Path == "" {
		if !apps[0].IsDefault() {
			return app, &noAppError{"the default app is for another host, or there is none"}
		}
		return apps[0], nil
	}
	owner, name, ok := req.Repository()
	if !ok {
		return app, &noAppError{"that is no repository"}
	}
	w.slow("asking GitHub whose the apps are", func() { app, ok, err = r.ForRepository(ctx, apps, owner, name) })
	if err == nil && !ok {
		err = &noAppError{"no app is for this repository"}
	}
	return app, err
}
