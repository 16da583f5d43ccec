package refresh

import (
	"context"
	"errors"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A new token may be refused for some seconds by those of GitHub's replicas
// that have not heard of it yet.
const (
	probeTries = 4
	probePause = time.Second
)

// Probe asks GitHub whether a stored token works, in at most the time of a run.
func (r *Refresher) Probe(ctx context.Context, app App, token mint.Secret) error {
	ctx, cancel := context.WithTimeout(ctx, app.Timeout)
	defer cancel()
	client, err := r.client(app)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		_, err := client.Probe(ctx, token)
		if !errors.Is(err, &mint.Error{Kind: mint.Denied}) || try == probeTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(probePause << (try - 1)):
		}
	}
}

func (r *Refresher) client(app App) (*mint.Client, error) {
	client, err := mint.NewClient(app.APIURL, app.CAFile, r.Version, r.Now)
	if err != nil {
		return nil, err
	}
	return client.WithWarn(func(text string) { r.warn(app, text) }), nil
}
