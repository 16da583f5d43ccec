package mint

import (
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestRevoke(t *testing.T) {
	w := newWorld(t)
	token := w.mustMint(t).Value
	// The second time it is dead already, which is what was wanted.
	for range 2 {
		if err := w.client.Revoke(t.Context(), token); err != nil {
			t.Error(err)
		}
		if !w.Minted()[0].Revoked {
			t.Error("the token lives")
		}
	}
	w.requested(t, 3)
	w.conforms(t)
}

func TestRevokeFails(t *testing.T) {
	w := newWorld(t)
	token := w.mustMint(t).Value
	w.SetSuspended(instID, true)
	wantError(t, w.client.Revoke(t.Context(), token), Denied, "the installation is suspended", "unsuspend")
	w.Fail(1, "", githubtest.Refuse(502, "Server Error"))
	wantError(t, w.client.Revoke(t.Context(), token), Temporary, `502 "Server Error"`, "GitHub is in trouble")
	w.client = w.newClient(t, "http://127.0.0.1:0", "")
	wantError(t, w.client.Revoke(t.Context(), token), Temporary, "GitHub cannot be reached", "check the network")
}
