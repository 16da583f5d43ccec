package refresh

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestFirstRunMints(t *testing.T) {
	for _, format := range []githubtest.TokenFormat{githubtest.Classic, githubtest.Stateless} {
		s := newSite(t, "main")
		s.github.TokenFormat = format
		res := s.ok(false)[0]
		minted := s.github.Minted()[0]
		if !res.Minted || res.Token.Value.Reveal() != minted.Value || !res.Token.ExpiresAt.Equal(minted.ExpiresAt) {
			t.Errorf("result = %+v, want the token %.8s that ends %s", res, minted.Value, minted.ExpiresAt)
		}
		if stored, err := readToken(s.path("github-token.env")); err != nil || stored.Token != res.Token.Token || stored.Key != res.Token.Key || stored.Owner != "octo-org" {
			t.Errorf("stored = %+v, %v, want %+v", stored, err, res.Token)
		}
		s.holds(".ghauth.lock", "github-token.env")
	}
}

// A tick that has nothing to do leaves no trace.
func TestFreshTick(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", renew+time.Second)
	before, err := os.Stat(s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	res := s.ok(false)[0]
	if res.Minted || res.Token.Value != "ghs_canary" {
		t.Errorf("result = %+v, want the stored token kept", res)
	}
	if n := len(s.github.Requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
	s.holds("github-token.env")
	if after, err := os.Stat(s.r.Dir); err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the directory was written to at %s, %v", after.ModTime(), err)
	}
}

func TestRunMintsWhatIsDue(t *testing.T) {
	tests := []struct {
		name string
		make func(*site)
	}{
		{"little life left", func(s *site) { s.store("ghs_canary", renew) }},
		{"expired", func(s *site) { s.store("ghs_canary", -time.Second) }},
		{"missing", func(*site) {}},
		{"no token file", func(s *site) { s.write("github-token.env", "hello\n") }},
		{"loose", func(s *site) {
			s.store("ghs_canary", time.Hour)
			if err := os.Chmod(s.path("github-token.env"), 0o640); err != nil {
				s.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "main")
			tt.make(s)
			if res := s.ok(false)[0]; !res.Minted {
				t.Errorf("result = %+v, want a new token", res)
			}
			s.mints(1)
			if info, err := os.Stat(s.path("github-token.env")); err != nil || info.Mode() != 0o600 {
				t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
			}
			s.ok(false)
			s.mints(1)
		})
	}
}

func TestForceMintsEachTime(t *testing.T) {
	s := newSite(t, "main")
	first := s.ok(true)[0].Token.Value
	if second := s.ok(true)[0]; !second.Minted || second.Token.Value == first {
		t.Errorf("result = %+v, want another token than %s", second, first)
	}
	s.mints(2)
}

func TestFailingAppHoldsBackNoOther(t *testing.T) {
	s := newSite(t, "main", "bad", "blocked", "fine")
	s.github.SetSuspended(firstInst+1, true)
	if err := os.Mkdir(s.path("github-token-blocked.env"), 0o700); err != nil {
		t.Fatal(err)
	}
	results := s.run(false)
	for i, want := range []struct {
		name string
		err  error
	}{{"main", nil}, {"bad", &mint.Error{Kind: mint.Denied}}, {"blocked", &SetupError{}}, {"fine", nil}} {
		res := results[i]
		var setup *SetupError
		same := errors.Is(res.Err, want.err) || errors.As(want.err, &setup) && errors.As(res.Err, &setup)
		if res.App.Name != want.name || !same || res.Minted != (want.err == nil) {
			t.Errorf("result %d = %s, minted %t, %v, want %s, %T", i, res.App.Name, res.Minted, res.Err, want.name, want.err)
		}
	}
}

func TestManyApps(t *testing.T) {
	var names []string
	for i := range 2*maxParallel + 1 {
		names = append(names, fmt.Sprintf("app%02d", i))
	}
	s := newSite(t, names...)
	for i, res := range s.ok(false) {
		if res.App.Name != names[i] || res.Token.Value.Reveal() != s.tokenOf(int64(firstInst+i)) {
			t.Errorf("result %d = %s with %s, want %s with its own token", i, res.App.Name, res.Token.Value, names[i])
		}
	}
	s.mints(len(names))
}

// tokenOf gives the token that was minted for an installation.
func (s *site) tokenOf(installation int64) string {
	for _, token := range s.github.Minted() {
		if token.InstallationID == installation {
			return token.Value
		}
	}
	return ""
}

func TestEachIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int64
		release := make(chan struct{})
		go each(make([]*Result, 2*maxParallel), func(*Result) {
			running.Add(1)
			<-release
		})
		synctest.Wait()
		if got := running.Load(); got != maxParallel {
			t.Errorf("%d at once, want %d", got, maxParallel)
		}
		close(release)
	})
}

// Fault: hard-link
func TestWarnings(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	if err := os.Link(s.path("github-token.env"), s.path("copy")); err != nil {
		t.Fatal(err)
	}
	s.github.Now = func() time.Time { return now.Add(-20 * time.Minute) }
	var told []string
	s.r.Warn = func(app, text string) { told = append(told, app+": "+text) }
	s.ok(false)
	for i, want := range []string{"main: this host's clock is off by 20m0s", "main: " + s.path("github-token.env") + " had another hard link"} {
		if len(told) != 2 || !strings.HasPrefix(told[i], want) {
			t.Fatalf("told %q, want %q as number %d of 2", told, want, i+1)
		}
	}
	if !strings.Contains(s.read("copy"), "ghs_canary") {
		t.Error("the other hard link was written to")
	}
	s.r.Warn = nil
	s.ok(true)
}
