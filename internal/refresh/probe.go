package refresh

import (
	"context"
	"errors"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A new token may be refused for some seconds by those of GitHub's replicas
// that have not heard of it yet. One that is no longer new is dead.
const (
	probeTries = 4
	probePause = time.Second
	newFor     = time.Minute
)

// Probe asks GitHub whether a token works, in at most the time of a run, and tells
// whose repositories it is for, "" where it has none.
func (r *Refresher) Probe(ctx context.Context, app App, token mint.Token) (owner string, err error) {
	ctx, cancel := context.WithTimeout(ctx, app.Timeout)
	defer cancel()
	client, err := r.client(app)
	if err != nil {
		return "", err
	}
	isNew := r.Now().Sub(token.CreatedAt) <= newFor
	return again(ctx, func(err error) bool { return isNew && errors.Is(err, &mint.Error{Kind: mint.Denied}) },
		func() (string, error) { return client.Probe(ctx, token.Value) })
}

// try is Probe for a token that has just been minted, and would be lost by one
// answer that fails.
func (r *Refresher) try(ctx context.Context, app App, token mint.Token) (owner string, err error) {
	return again(ctx, mint.IsTemporary, func() (string, error) { return r.Probe(ctx, app, token) })
}

// again tries up to probeTries times while an error may pass.
func again(ctx context.Context, mayPass func(error) bool, probe func() (string, error)) (owner string, err error) {
	for try := 1; ; try++ {
		if owner, err = probe(); err == nil || !mayPass(err) || try == probeTries {
			return owner, err
		}
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(probePause << (try - 1)):
		}
	}
}
