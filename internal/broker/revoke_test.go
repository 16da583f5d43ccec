package broker

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
)

// Every token that is kept is ended, and on record; one that cannot be is told of.
func TestRevokeKept(t *testing.T) {
	b := newBench()
	b.serve(t)
	var kept []Token
	for _, repository := range []string{"a", "b", "c"} {
		token, err := b.as(t, 1001, Request{App: "takopi", Repositories: []string{repository}})
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, token)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	b.records = nil
	b.Revoke = func(_ context.Context, app App, token Token) error {
		if app.InstallationID != 42 || token.Value == kept[1].Value {
			return errors.New("GitHub is down")
		}
		return nil
	}
	revoked, err := b.RevokeKept(t.Context())
	if revoked != 2 || err == nil || !strings.HasPrefix(err.Error(), "takopi: the token with sha256 "+kept[1].Value.Digest()+" was not revoked and lives until 04:02:01: GitHub is down") {
		t.Errorf("%d were revoked, %v", revoked, err)
	}
	ended := map[string]bool{}
	for _, r := range b.records {
		ended[r.TokenSHA256] = r.Event == audit.Revoke && r.Installation == 42
	}
	if len(ended) != 2 || !ended[kept[0].Value.SHA256()] || !ended[kept[2].Value.SHA256()] {
		t.Errorf("on record: %+v", b.records)
	}
}
