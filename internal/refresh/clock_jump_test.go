package refresh

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A clock that jumps during a run makes it neither longer nor shorter, and costs
// neither the old token nor a word of a wrong key.
//
// Fault: clock-set
func TestClockJumpsDuringARun(t *testing.T) {
	for _, jump := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		s := newSite(t, "main")
		s.store("ghs_canary", time.Minute)
		before := s.read("github-token.env")
		apps := s.apps()
		asked := 0
		s.r.Now = func() time.Time {
			if asked++; asked > 3 {
				return now.Add(jump)
			}
			return now
		}
		client, err := mint.NewClient(apps[0].APIURL, "", "test", s.r.Now)
		if err != nil {
			t.Fatal(err)
		}
		s.r.clients.of = map[[2]string]*mint.Client{{apps[0].APIURL, ""}: client.WithTransport(hanging{})}
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			res := s.r.Run(t.Context(), apps, false)[0]
			if took := time.Since(start); took != apps[0].Timeout || !errors.Is(res.Err, context.DeadlineExceeded) || !mint.IsTemporary(res.Err) {
				t.Errorf("a jump of %s: %v after %s, want a temporary error after %s", jump, res.Err, took, apps[0].Timeout)
			}
		})
		if asked <= 3 || s.read("github-token.env") != before {
			t.Errorf("a jump of %s: the clock was asked %d times, and the token file is\n%s", jump, asked, s.read("github-token.env"))
		}
		s.holds(".ghauth.lock", "github-token.env")
	}
}

// hanging is a network that never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}
