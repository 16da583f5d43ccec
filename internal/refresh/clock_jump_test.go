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
		res := s.losesNothing(mint.Temporary, func() (res Result) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				res = s.r.Run(t.Context(), apps, false)[0]
				if took := time.Since(start); took != apps[0].Timeout {
					t.Errorf("a jump of %s: %v after %s, want %s", jump, res.Err, took, apps[0].Timeout)
				}
			})
			return res
		})
		if !errors.Is(res.Err, context.DeadlineExceeded) || asked <= 3 {
			t.Errorf("a jump of %s: %v, and the clock was asked %d times", jump, res.Err, asked)
		}
	}
}

// hanging is a network that never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}
