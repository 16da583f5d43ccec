package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// answer gives uid what it asks for, once a record of it is kept.
func (s *Server) answer(ctx context.Context, uid uint32, line []byte) (Token, error) {
	now := s.Now()
	if wait, first := s.buckets[uid].take(now); wait > 0 {
		err := tooMany(uid, int(s.buckets[uid].size), wait)
		if first { // the others would fill the journal, and hide what matters
			_ = s.record(audit.Record{Event: audit.Refusal, Client: client(uid), Reason: err.Error()})
		}
		return Token{}, err
	}
	r, err := parseRequest(line)
	if err != nil {
		err = fault(mint.BadSetup, remedyVersions, "%v", err)
		return Token{}, s.refuse(audit.Record{Client: client(uid)}, err)
	}
	rec := audit.Record{Client: client(uid), App: r.App}
	app, scope, err := s.Config.allow(uid, r)
	if err != nil {
		return Token{}, s.refuse(rec, err)
	}
	rec.Issuer, rec.Installation = app.Issuer, app.InstallationID
	return s.hand(ctx, rec, r, app, scope)
}

// hand gets a token and hands it out.
func (s *Server) hand(ctx context.Context, rec audit.Record, r Request, app App, scope mint.Installation) (Token, error) {
	rec.Event = audit.Reuse
	least := time.Duration(r.MinLifeSeconds) * time.Second
	token, err := s.cache.get(keyOf(app.Name, scope), s.Now, least, r.Force, func() (Token, error) {
		rec.Event = audit.Mint
		// Others may wait for it, too: it does not end with who asked first.
		ctx, cancel := context.WithTimeout(ctx, s.limits.mint)
		defer cancel()
		return s.Mint(ctx, app, scope)
	})
	if err != nil {
		return Token{}, s.refuse(rec, err)
	}
	rec.TokenSHA256, rec.ExpiresAt, rec.Key = token.Value.SHA256(), token.ExpiresAt, token.Key
	if err := s.record(rec); err != nil {
		return Token{}, fault(mint.Temporary, "see to the journal, or to the broker's state directory", "no record can be kept, so that no token is handed out")
	}
	return token, nil
}

// refuse records a refusal and gives its reason back.
func (s *Server) refuse(rec audit.Record, err error) error {
	rec.Event, rec.Reason = audit.Refusal, err.Error()
	_ = s.record(rec) // there is nothing to keep back
	return err
}

func (s *Server) record(rec audit.Record) error {
	rec.Time = s.Now().UTC()
	return s.Audit(rec)
}

func client(uid uint32) string { return fmt.Sprintf("uid %d", uid) }
