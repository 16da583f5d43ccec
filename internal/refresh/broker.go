package refresh

import (
	"context"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// askBroker has a broker give a token for app, which has more life left
// than one that is due.
func askBroker(ctx context.Context, app App, source keysource.Source, force bool) (Stored, error) {
	token, err := broker.Ask(ctx, source.Broker, broker.Request{App: app.Name, Repositories: app.Repositories, Permissions: app.Permissions,
		MinLifeSeconds: int(app.RenewWithin / time.Second), Force: force})
	return Stored{Token: token.Token, Key: token.Key, Signer: source.ID(), handed: true}, err
}

// AskBroker has the broker that keeps app's key give a token, which is stored nowhere.
func (r *Refresher) AskBroker(ctx context.Context, app App) (Stored, error) {
	return r.once(ctx, &app, func() (Stored, error) {
		token, err := askBroker(ctx, app, app.Key, false)
		if err == nil {
			token.Owner, err = r.try(ctx, app, token.Token)
		}
		return token, err
	})
}
