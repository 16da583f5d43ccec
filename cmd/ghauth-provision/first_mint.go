package main

import (
	"context"
	"errors"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// firstMint sees to it that every app has a good token, and has GitHub say so.
func (w *world) firstMint(ctx context.Context, j *job) error {
	dir := j.spec.Paths.ConfigDir
	apps, errs := refresh.Apps(dir)
	r := w.refresher(dir)
	for _, res := range w.refresh(ctx, r, apps, false) {
		errs = append(errs, ofApp(res.App, w.goodToken(ctx, r, res)))
	}
	return errors.Join(errs...)
}

// goodToken tries an app's token at GitHub. One that was stored before may have
// been revoked since, and is replaced.
func (w *world) goodToken(ctx context.Context, r *refresh.Refresher, res refresh.Result) error {
	err := w.report(res)
	if res.Err != nil {
		return err
	}
	var probed error
	w.slow("trying the token of "+res.App.Name+" at GitHub", func() { probed = r.Probe(ctx, res.App, res.Token.Value) })
	if res.Minted || !errors.Is(probed, &mint.Error{Kind: mint.Denied}) {
		return errors.Join(err, probed)
	}
	w.say("%s: GitHub no longer takes the stored token: minting a new one", res.App.Name)
	res = w.refresh(ctx, r, []refresh.App{res.App}, true)[0]
	if err = w.report(res); res.Err == nil {
		err = errors.Join(err, r.Probe(ctx, res.App, res.Token.Value))
	}
	return err
}
