package refresh

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A token that is refused is tried again while it is new, and is dead when it is not.
func TestProbeTriesNewTokensAgain(t *testing.T) {
	for _, tt := range []struct {
		age   time.Duration
		taken bool
	}{{0, true}, {newFor, true}, {newFor + time.Second, false}} {
		s := newSite(t, "main")
		token := s.ok(false)[0].Token.Token
		token.CreatedAt = now.Add(-tt.age)
		s.github.Fail(1, "GET", githubtest.Refuse(http.StatusUnauthorized, "Bad credentials"))
		owner, err := s.r.Probe(t.Context(), s.apps()[0], token)
		if tt.taken && (err != nil || owner != "octo-org") || !tt.taken && !errors.Is(err, &mint.Error{Kind: mint.Denied}) {
			t.Errorf("%s old: %q, %v, want it taken: %v", tt.age, owner, err, tt.taken)
		}
	}
}
