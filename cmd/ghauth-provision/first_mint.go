package main

import (
	"context"
	"errors"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// firstMint sees to it that every app has a good token, and has GitHub say so.
func (w *world) firstMint(ctx context.Context, j *job) error {
	dir := j.spec.Paths.ConfigDir
	apps, errs := refresh.Apps(dir)
	var proved, unproved []refresh.App
	for _, app := range apps {
		if w.unproved(j.spec, app) {
			unproved = append(unproved, app)
		} else {
			proved = append(proved, app)
		}
	}
	var results []refresh.Result
	w.slow("asking GitHub for a token", func() {
		r := w.refresher(dir)
		results = append(r.Ensure(ctx, proved), r.Run(ctx, unproved, true)...)
	})
	for _, res := range results {
		errs = append(errs, ofApp(res.App, w.report(res)))
	}
	return errors.Join(errs...)
}
