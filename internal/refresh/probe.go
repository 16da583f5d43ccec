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
	for try := 1; ; try++ {
		owner, err = client.Probe(ctx, token.Value)
		if !errors.Is(err, &mint.Error{Kind: mint.Denied}) || try == probeTries || r.Now().Sub(token.CreatedAt) > newFor {
			return owner, err
		}
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(probePause << (try - 1)):
		}
	}
}
