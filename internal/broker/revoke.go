package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
)

const (
	revokeLimit    = 20 * time.Second // for all of them, less than systemd waits for a service to stop
	revokeParallel = 8
)

// RevokeKept has Revoke called for every token that was handed out and is still kept,
// with a record of each that it ends, and tells how many that were. It is for a
// lockdown, once Serve has returned.
func (s *Server) RevokeKept(ctx context.Context) (revoked int, err error) {
	ctx, cancel := context.WithTimeout(ctx, revokeLimit)
	defer cancel()
	ends := make(chan error, maxCached)
	slots := make(chan struct{}, revokeParallel)
	var wg sync.WaitGroup
	for key, token := range s.cache.tokens {
		slots <- struct{}{}
		wg.Go(func() {
			ends <- s.revoke(ctx, key.app, token)
			<-slots
		})
	}
	wg.Wait()
	close(ends)
	var errs []error
	for err := range ends {
		if err == nil {
			revoked++
		}
		errs = append(errs, err)
	}
	return revoked, errors.Join(errs...)
}

func (s *Server) revoke(ctx context.Context, name string, token Token) error {
	app, _ := s.Config.app(name)
	if err := s.Revoke(ctx, app, token); err != nil {
		return fmt.Errorf("%s: the token with sha256 %s was not revoked and lives until %s: %w", name, token.Value.Digest(), token.ExpiresAt.UTC().Format(time.TimeOnly), err)
	}
	_ = s.record(audit.Record{Event: audit.Revoke, App: name, Issuer: app.Issuer, Installation: app.InstallationID,
		TokenSHA256: token.Value.SHA256(), ExpiresAt: token.ExpiresAt, Key: token.Key}) // there is nothing to keep back
	return nil
}
