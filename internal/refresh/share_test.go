package refresh

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Fault: two-mints
func TestTwoForcedRunsMintOnce(t *testing.T) {
	for _, stored := range []time.Duration{time.Hour, time.Minute, -time.Minute} {
		s := newSite(t, "main")
		s.store("ghs_canary", stored)
		arrived, release := make(chan bool), make(chan bool)
		s.github.Fail(1, "", func(w http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-release
			s.github.ServeHTTP(w, r)
		})
		results := make(chan Result)
		run := func() { results <- s.run(true)[0] }
		go run()
		<-arrived
		go run()
		until(t, "the second run waits", func() bool { return s.openLocks() == 2 })
		close(release)
		a, b := <-results, <-results
		if a.Err != nil || b.Err != nil || a.Token != b.Token || a.Minted == b.Minted || a.Token.Value == "ghs_canary" {
			t.Errorf("results %+v and %+v, want one new token that both have", a, b)
		}
		if n := len(s.github.Minted()); n != 1 {
			t.Errorf("GitHub minted %d tokens, want 1", n)
		}
	}
}

// The holder may be gone before the waiting run tries the lock.
func TestTokenThatCameMeanwhileIsShared(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_new", time.Hour)
	res := &Result{App: s.apps()[0], Token: Stored{Token: mint.Token{Value: "ghs_canary"}}}
	s.r.refresh(t.Context(), res, true, time.Time{})
	if res.Err != nil || res.Minted || res.Token.Value != "ghs_new" {
		t.Errorf("result = %+v, want the token that is stored now", res)
	}
	s.mints(0)
}

// The holder whose token a forced run shares must be the one that it waited
// for: anyone else's, such as an apply's, is no reason to keep the old token.
func TestForcedRunAfterAnotherHolderMints(t *testing.T) {
	s := newSite(t, "main")
	s.ok(false)
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(s.path("github-token.env"), old, old); err != nil {
		t.Fatal(err)
	}
	unlock, err := Lock(t.Context(), s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan Result)
	go func() { results <- s.run(true)[0] }()
	until(t, "the run waits", func() bool { return s.openLocks() == 2 })
	unlock()
	if res := <-results; res.Err != nil || !res.Minted {
		t.Errorf("result = %+v, want a new token", res)
	}
}
