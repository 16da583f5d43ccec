package main

import (
	"cmp"
	"context"
	"crypto"
	"os/exec"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
)

// appChecks are those of one provisioned app.
func (w *world) appChecks(ctx context.Context, dir string, app refresh.App) []preflight.Check {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	keys, source := w.openedKeys(ctx, app), app.Key
	if keys.NextInUse {
		source = app.NextKey // GitHub may know the other no more
	}
	checks, key := w.keyChecks(ctx, app, source)
	checks = append(checks, w.exposureChecks(dir, app)...)
	if signer.Exportable(key) {
		checks = append(checks, warning("exposure", "Vault lets the key itself be read: it was made exportable, or may be backed up in plain text",
			"import the key anew without exportable and allow_plaintext_backup, which nothing takes back"))
	}
	if !app.NextKey.IsZero() {
		checks = append(checks, nextKeyCheck(keys))
	}
	checks = append(checks, w.tokenCheck(ctx, dir, app))
	if app.GH {
		checks = append(checks, w.ghCheck(app))
	}
	for _, h := range app.Holders("/proc", false) {
		checks = append(checks, warning("processes", h.String()+", which has been replaced", "start it anew; an environment is never refreshed: gh's login and git's helper are"))
	}
	return checks
}

// exposureChecks say who could read an app's keys, by the copies that lie about, too.
func (w *world) exposureChecks(dir string, app refresh.App) (checks []preflight.Check) {
	apps, _ := refresh.Apps(dir)
	e := w.exposed(app, apps, nil)
	for i, key := range []keysource.Source{app.Key, app.NextKey} {
		what := []string{"exposure", "exposure of next_key"}[i]
		switch {
		case key.IsZero(), key.File != "" && !exists(key.File): // none is there to be read
		case e.detail != "" && key.ID() == e.kept.ID():
			checks = append(checks, warning(what, key.Exposure(w.tilde)+"; but "+e.detail, e.fix))
		default:
			checks = append(checks, ok(what, key.Exposure(w.tilde)))
		}
	}
	return checks
}

// keyChecks look at a key of the app's, and at what GitHub would give for it. The key
// comes back where it is at hand.
func (w *world) keyChecks(ctx context.Context, app refresh.App, source keysource.Source) ([]preflight.Check, crypto.Signer) {
	if source.Broker != "" {
		return []preflight.Check{brokerCheck(ctx, source.Broker, broker.Request{App: app.Name, Repositories: app.Repositories, Permissions: app.Permissions})}, nil
	}
	key, err := signer.Open(ctx, source, w.env)
	if err != nil {
		return []preflight.Check{preflight.Unopened(err)}, nil
	}
	return w.ask(ctx, app, key), key
}

// brokerCheck has a broker give what the app is to have. It may be one that it has.
func brokerCheck(ctx context.Context, socket string, r broker.Request) preflight.Check {
	token, err := broker.Ask(ctx, socket, r)
	if err != nil {
		return preflight.Unopened(err)
	}
	return ok("key", token.Key+", at the broker, which gives what is asked for")
}

// ask has GitHub say whether it would give the app what it is to have.
func (w *world) ask(ctx context.Context, app refresh.App, key crypto.Signer) []preflight.Check {
	client, err := mint.NewClient(app.APIURL, app.CAFile, versionString(), w.now)
	if err != nil {
		return []preflight.Check{failed("ca_file", err.Error(), remedyOf(err))}
	}
	return preflight.Run(ctx, client, preflight.Subject{
		Issuer: app.Issuer, ID: app.InstallationID, Repositories: app.Repositories, Permissions: app.Permissions, Key: key})
}

// openedKeys tells of an app's keys by opening them, wherever they are.
func (w *world) openedKeys(ctx context.Context, app refresh.App) keyStatus {
	stored, _, _ := app.Stored(w.now())
	return w.keysOf(app, stored, func(s keysource.Source) (crypto.PublicKey, error) {
		key, err := signer.Open(ctx, s, w.env)
		if err != nil {
			return nil, err
		}
		return key.Public(), nil
	})
}

// nextKeyCheck says how far the way to the next key has been gone.
func nextKeyCheck(k keyStatus) preflight.Check {
	next := cmp.Or(k.Next, k.NextSource)
	if k.NextInUse {
		return warning("next_key", "tokens are asked for with "+next+": the old key, "+cmp.Or(k.Fingerprint, k.Source)+", can go",
			"delete the old one on the App's settings page, then "+k.goOver)
	}
	if k.Error != "" {
		next += " (" + k.Error + ")"
	}
	return warning("next_key", "no token has come by "+next+" yet", "add the key on the App's settings page, then run: "+program+" mint --force")
}

// tokenCheck looks at the stored token, and has GitHub say whether it works. One
// that GitHub refuses is replaced.
func (w *world) tokenCheck(ctx context.Context, dir string, app refresh.App) preflight.Check {
	token, state, err := app.Stored(w.now())
	if state != refresh.Fresh && state != refresh.Due {
		detail := string(state)
		if err != nil {
			detail += ": " + err.Error()
		}
		return failed("token", detail, "run "+program+" mint")
	}
	r := w.refresher(dir)
	_, err = r.Probe(ctx, app, token.Token)
	switch {
	case mint.IsTemporary(err):
		return notChecked("token", err.Error(), remedyOf(err))
	case err != nil:
		res := r.Run(ctx, []refresh.App{app}, true)[0]
		if res.Err != nil {
			return failed("token", err.Error()+"; and no new one: "+res.Err.Error(), remedyOf(res.Err))
		}
		return warning("token", err.Error()+": it was replaced by "+res.Token.Value.String()+" (sha256 "+res.Token.Value.Digest()+")", "find out who revoked it")
	}
	return ok("token", "works for "+span(token.ExpiresAt.Sub(w.now()))+" more: "+token.Value.String()+" (sha256 "+token.Value.Digest()+")")
}

// ghCheck looks at gh's login, and at what gh takes before it.
func (w *world) ghCheck(app refresh.App) preflight.Check {
	token, _, _ := app.Stored(w.now())
	if name := refresh.Shadow(app.Host, w.env); name != "" {
		return warning("gh", name+" is set here, which gh takes before its stored login", "unset it: gh's login is kept fresh, and the variable is not")
	}
	if _, err := exec.LookPath("gh"); err != nil {
		return failed("gh", "is not installed", refresh.InstallGH)
	}
	if token.Value == "" || !app.GHHas(token.Value, w.env) {
		return failed("gh", "does not have the stored token", "run "+program+" mint")
	}
	return ok("gh", "is logged in at "+app.Host+" with the stored token")
}
