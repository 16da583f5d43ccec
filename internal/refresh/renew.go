package refresh

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"sync"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
)

// renew mints for an app, and replaces the stored token once GitHub has taken the
// new one: it may hand out a token that some of it refuses (see probeTries). Where
// it cannot be asked just then, a new token is better than none, but not better
// than one that works.
func (r *Refresher) renew(ctx context.Context, res *Result, force bool) error {
	app := res.App
	token, err := r.mint(ctx, app, force)
	if err != nil {
		return err
	}
	token.Owner, err = r.try(ctx, app, token.Token)
	switch {
	case err == nil:
	case token.handed && !force && errors.Is(err, &mint.Error{Kind: mint.Denied}):
		return r.renew(ctx, res, true) // it was revoked while the broker kept it
	case mint.IsTemporary(err) && res.Token.Value == "":
		r.warn(app, "the new token could not be tried: "+err.Error())
	default:
		if !token.handed { // else others may have it, too
			r.discard(ctx, app, token)
		}
		return fmt.Errorf("the new token is not taken over: %w", err)
	}
	if err := r.store(app, token); err != nil {
		return err
	}
	res.Token, res.Minted = token, true
	return nil
}

// discard revokes a new token that is not kept, and leaves its record: it may live
// where that fails.
func (r *Refresher) discard(ctx context.Context, app App, token Stored) {
	rec := audit.Record{Event: audit.Refusal, TokenSHA256: token.Value.SHA256(), ExpiresAt: token.ExpiresAt, Key: token.Key, Reason: "a new token was not taken over"}
	client, err := r.client(app)
	if err == nil {
		err = client.Revoke(ctx, token.Value)
	}
	if err != nil {
		rec.Reason += ", and could not be revoked: " + err.Error()
	}
	r.audit(app, rec)
}

// mint asks for a token with the app's keys in turn: while one is replaced by
// another, GitHub may know either.
func (r *Refresher) mint(ctx context.Context, app App, force bool) (Stored, error) {
	client, err := r.client(app)
	if err != nil {
		return Stored{}, err
	}
	if !app.NextKey.IsZero() {
		token, useless, err := r.mintBy(ctx, client, app, app.NextKey, force)
		if !useless {
			return token, err
		}
		r.warn(app, fmt.Sprintf("the next key does not work yet, so the old one is used: %v", err))
	}
	token, _, err := r.mintBy(ctx, client, app, app.Key, force)
	return token, err
}

// mintBy mints with one key, and reports whether it is the key that is no good:
// GitHub does not know it, or it did not sign.
func (r *Refresher) mintBy(ctx context.Context, client *mint.Client, app App, source keysource.Source, force bool) (token Stored, useless bool, err error) {
	if source.Broker != "" {
		token, err := askBroker(ctx, app, source, force)
		return token, errors.Is(err, &mint.Error{Kind: mint.BadSetup}), err
	}
	key, err := signer.Open(ctx, source, r.Env)
	if err != nil {
		return token, true, err
	}
	token.Token, err = client.Mint(ctx, app.scope(), key)
	token.Key, token.Signer = mint.Fingerprint(key.Public()), source.ID()
	return token, errors.Is(err, mint.ErrUnknownKey) || mint.IsUnsigned(err), err
}

// MintWith mints a token for app with a key that is not the app's own, tries it, and
// stores it nowhere. Where the app has no installation yet, the one that it names is
// looked up, or the only one there is.
func (r *Refresher) MintWith(ctx context.Context, app App, key crypto.Signer) (Stored, error) {
	return r.once(ctx, &app, func() (Stored, error) { return r.mintWith(ctx, &app, key) })
}

// once gets a token that is stored nowhere, and leaves its record.
func (r *Refresher) once(ctx context.Context, app *App, get func() (Stored, error)) (Stored, error) {
	err := r.unlocked()
	var token Stored
	if err == nil {
		token, err = get()
	}
	if locked := r.unlocked(); err == nil && locked != nil { // it has come meanwhile
		r.discard(ctx, *app, token)
		token, err = Stored{}, locked
	}
	r.record(Result{App: *app, Token: token, Minted: true, Err: err})
	return token, err
}

func (r *Refresher) mintWith(ctx context.Context, app *App, key crypto.Signer) (Stored, error) {
	client, err := r.client(*app)
	if err != nil {
		return Stored{}, err
	}
	if app.InstallationID == 0 {
		var inst mint.InstallationInfo
		if app.Installation == "" {
			inst, err = client.OnlyInstallation(ctx, app.Issuer, key)
		} else {
			inst, err = client.FindInstallation(ctx, app.Issuer, key, app.Installation)
		}
		if err != nil {
			return Stored{}, err
		}
		app.InstallationID = inst.ID
	}
	token, err := client.Mint(ctx, app.scope(), key)
	if err != nil {
		return Stored{}, err
	}
	stored := Stored{Token: token, Key: mint.Fingerprint(key.Public())}
	stored.Owner, err = r.try(ctx, *app, token)
	if mint.IsTemporary(err) {
		r.warn(*app, "the new token could not be tried: "+err.Error())
		err = nil
	}
	return stored, err
}

func (a App) scope() mint.Installation {
	return mint.Installation{Issuer: a.Issuer, ID: a.InstallationID, Repositories: a.Repositories, Permissions: a.Permissions}
}

// clients are one for each GitHub, so that the apps of one share its connections.
type clients struct {
	sync.Mutex
	of map[[2]string]*mint.Client
}

func (r *Refresher) client(app App) (*mint.Client, error) {
	r.clients.Lock()
	defer r.clients.Unlock()
	where := [2]string{app.APIURL, app.CAFile}
	shared := r.clients.of[where]
	if shared == nil {
		var err error
		if shared, err = mint.NewClient(app.APIURL, app.CAFile, r.Version, r.Now); err != nil {
			return nil, err
		}
		if r.clients.of == nil {
			r.clients.of = map[[2]string]*mint.Client{}
		}
		r.clients.of[where] = shared
	}
	return shared.WithWarn(func(text string) { r.warn(app, text) }), nil
}
