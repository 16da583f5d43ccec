package refresh

import (
	"context"
	"errors"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestLockdown(t *testing.T) {
	s := newSite(t, "main", "other", "none")
	s.ok(false)
	if err := os.Remove(s.path("github-token-none.env")); err != nil {
		t.Fatal(err)
	}
	results, err := s.r.Lockdown(t.Context(), s.apps())
	if err != nil {
		t.Fatal(err)
	}
	for i, live := range []bool{true, false, true} { // by name
		if res := results[i]; res.Err != nil || (res.Token.Value != "") != live {
			t.Errorf("%s: revoked %s, %v", res.App.Name, res.Token.Value, res.Err)
		}
	}
	// Which is minted first is open: those of main and other are meant.
	for _, res := range []Result{results[0], results[2]} {
		if _, err := s.r.Probe(t.Context(), App{APIURL: s.apps()[0].APIURL, Timeout: 100 * time.Millisecond}, res.Token.Token); !errors.Is(err, &mint.Error{Kind: mint.Denied}) {
			t.Errorf("a token still works: %v", err)
		}
	}
	s.mints(3)
	for _, force := range []bool{false, true} {
		for _, res := range s.run(force) {
			var locked *LockdownError
			if !errors.As(res.Err, &locked) || res.Token.Value != "" {
				t.Errorf("%s: %s, %v, want a LockdownError", res.App.Name, res.Token.Value, res.Err)
			}
		}
	}
	s.mints(3)
	if _, err := s.r.Resume(t.Context(), s.apps()); err != nil {
		t.Fatal(err)
	}
	s.ok(false)
	s.mints(6)
}

// A token that could not be revoked is not forgotten: it lives.
func TestLockdownWhileGitHubIsDown(t *testing.T) {
	s := newSite(t, "main")
	s.ok(false)
	s.github.Fail(1, "DELETE", githubtest.Refuse(http.StatusBadGateway, ""))
	results, err := s.r.Lockdown(t.Context(), s.apps())
	if err != nil || !mint.IsTemporary(results[0].Err) {
		t.Fatalf("%v, %v, want a temporary error", results, err)
	}
	s.holds(".ghauth.lock", "github-token.env", LockdownFile)
	if results, err = s.r.Lockdown(t.Context(), s.apps()); err != nil || results[0].Err != nil {
		t.Fatalf("%v, %v, want that the second try does it", results, err)
	}
	s.holds(".ghauth.lock", "github-token.earlier", LockdownFile)
}

// What others can look into is the more to be ended.
func TestLockdownOfALooseDirectory(t *testing.T) {
	s := newSite(t, "main")
	s.ok(false)
	if err := os.Chmod(s.r.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if results, err := s.r.Lockdown(t.Context(), s.apps()); err != nil || results[0].Err != nil || results[0].Token.Value == "" {
		t.Errorf("%+v, %v, want that the token is revoked", results, err)
	}
	s.holds(".ghauth.lock", LockdownFile)
}

// A run that waits for the lock when the lockdown comes mints nothing after it.
func TestLockdownWhileARunWaits(t *testing.T) {
	s := newSite(t, "main")
	s.ok(false)
	unlock, err := Lock(t.Context(), s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan Result)
	apps := s.apps()
	go func() { done <- s.r.Run(t.Context(), apps, true)[0] }()
	time.Sleep(100 * time.Millisecond) // the run may also come later, which is refused as well
	s.write(LockdownFile, "")
	unlock()
	var locked *LockdownError
	if res := <-done; !errors.As(res.Err, &locked) || res.Token.Value != "" {
		t.Errorf("%s, %v, want a LockdownError and no token", res.Token.Value, res.Err)
	}
	s.mints(1)
}

// What an app's broken file leaves behind is revoked, too, by what its token file
// says, and a lockdown that is not done is not resumed from.
func TestLockdownOfWhatCannotBeRead(t *testing.T) {
	s := newSite(t, "main", "other")
	s.ok(false)
	s.write("github-app-other.env", "broken\n")
	apps, _ := Apps(s.r.Dir)
	results, err := s.r.Lockdown(t.Context(), apps)
	if err != nil || len(results) != 2 || results[0].Err != nil || results[1].App.Name != "github-token-other" || !mint.IsTemporary(results[1].Err) {
		t.Fatalf("%+v, %v, want that the second's GitHub does not answer", results, err)
	}
	results, err = s.r.Resume(t.Context(), apps)
	if _, locked := LockedDown(s.r.Dir); err != nil || !mint.IsTemporary(results[1].Err) || !locked {
		t.Errorf("%+v, %v: resumed although a token lives", results, err)
	}
}

// A token that lives for a while is handed out at once, whatever else goes on.
func TestLive(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", handOutLife+time.Minute) // due, and no more than that
	unlock, err := Lock(t.Context(), s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if res := s.r.Live(t.Context(), s.apps()[0]); res.Err != nil || res.Token.Value != "ghs_canary" {
		t.Errorf("%s, %v, want the stored token", res.Token.Value, res.Err)
	}
	s.store("ghs_canary", handOutLife-time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var busy *BusyError
	if res := s.r.Live(ctx, s.apps()[0]); !errors.As(res.Err, &busy) || res.Token.Value != "ghs_canary" {
		t.Errorf("%s, %v, want the stored token and that another run is at work", res.Token.Value, res.Err)
	}
	s.write(LockdownFile, "")
	var locked *LockdownError
	if res := s.r.Live(t.Context(), s.apps()[0]); !errors.As(res.Err, &locked) || res.Token.Value != "" {
		t.Errorf("%s, %v, want nothing in a lockdown", res.Token.Value, res.Err)
	}
}

func TestMintWithInALockdown(t *testing.T) {
	s := newSite(t, "main")
	key, _ := githubtest.Key(0)
	if token, err := s.r.MintWith(t.Context(), s.apps()[0], key); err != nil || token.Owner != "octo-org" {
		t.Fatalf("%+v, %v", token, err)
	}
	s.write(LockdownFile, "")
	var locked *LockdownError
	if token, err := s.r.MintWith(t.Context(), s.apps()[0], key); !errors.As(err, &locked) || token.Value != "" {
		t.Errorf("%s, %v, want a LockdownError", token.Value, err)
	}
	s.mints(1)
}
