package refresh

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestRevoke(t *testing.T) {
	s := newSite(t, "main", "more")
	results := s.ok(false)
	for range 2 { // a dead one is no error
		if err := s.r.Revoke(t.Context(), s.path("github-token-more.env")); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range s.github.Minted() {
		if want := token.Value == results[1].Token.Value.Reveal(); token.Revoked != want {
			t.Errorf("%.8s revoked = %t, want %t", token.Value, token.Revoked, want)
		}
	}
}

func TestRevokeNothingUsable(t *testing.T) {
	s := newSite(t, "main")
	file := s.path("github-token.env")
	if err := s.r.Revoke(t.Context(), file); err != nil {
		t.Errorf("absent: %v", err)
	}
	s.store("ghs_canary", 0)
	if err := s.r.Revoke(t.Context(), file); err != nil {
		t.Errorf("expired: %v", err)
	}
	if s.asked() {
		t.Error("GitHub was asked")
	}
}

// A destroy revokes once for each app: what one costs must not grow with them.
func TestRevokeReadsItsAppAlone(t *testing.T) {
	s := newSite(t, "main")
	s.ok(false)
	cost := func() float64 {
		return testing.AllocsPerRun(3, func() {
			if err := s.r.Revoke(t.Context(), s.path("github-token.env")); err != nil {
				t.Fatal(err)
			}
		})
	}
	alone := cost()
	env, err := os.ReadFile(s.path("github-app.env"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		s.write(fmt.Sprintf("github-app-%d.env", i), string(env))
	}
	if among := cost(); among > alone+1000 {
		t.Errorf("%.0f allocations with 301 apps, %.0f with one", among, alone)
	}
}

func TestRevokeWithoutItsApp(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", time.Hour)
	s.write("github-app.env", "broken\n")
	// The token file itself tells which GitHub to ask; none answers there.
	if err := s.r.Revoke(t.Context(), s.path("github-token.env")); !mint.IsTemporary(err) || !strings.Contains(err.Error(), "http://api.github.localhost/") {
		t.Errorf("%v, want that api.github.localhost does not answer", err)
	}
}

func TestLogOutGH(t *testing.T) {
	s := newGHSite(t, `printf '%s\n' "$@" >$OUT/argv; env >$OUT/env; cat >$OUT/stdin`)
	stamp := s.path("github-token.gh")
	for _, text := range []string{"", "damaged"} {
		if text != "" {
			s.write("github-token.gh", text)
		}
		if err := s.r.LogOutGH(t.Context(), stamp); err != nil || s.exists("argv") {
			t.Errorf("stamp %q: %v, gh was run: %t, want neither", text, err, s.exists("argv"))
		}
	}
	token := s.ok(false)[0].Token.Value.Reveal()
	hosts := filepath.Join(GHConfigDir(s.r.Env), "hosts.yml")
	// Logged out already, and logged in as somebody else: neither is ours to end.
	for _, text := range []string{"", "{}\n", "github.localhost:\n    oauth_token: gho_ofaperson\n    user: ada\n"} {
		if text != "" {
			write(t, hosts, text)
		}
		if err := s.r.LogOutGH(t.Context(), stamp); err != nil || strings.Contains(s.saw("argv"), "logout") {
			t.Errorf("hosts.yml %q: %v, gh ran %q, want nothing", text, err, s.saw("argv"))
		}
	}
	write(t, hosts, "github.localhost:\n    oauth_token: "+token+"\n    user: bot\n")
	if err := s.r.LogOutGH(t.Context(), stamp); err != nil {
		t.Fatal(err)
	}
	if got, want := s.saw("argv"), "auth\nlogout\n--hostname\ngithub.localhost\n"; got != want {
		t.Errorf("argv = %q, want %q", got, want)
	}
	if strings.Contains(s.saw("env"), "ghs_shadow") {
		t.Error("gh's environment holds a token")
	}
	s.gh("echo no such host; exit 1")
	var failed *GHError
	err := s.r.LogOutGH(t.Context(), stamp)
	if want := "gh was not logged out: exit status 1: no such host"; !errors.As(err, &failed) || failed.Reason != want {
		t.Errorf("%v, want %s", err, want)
	}
	t.Setenv("PATH", filepath.Join(s.out, "nowhere"))
	if err := s.r.LogOutGH(t.Context(), stamp); err != nil {
		t.Errorf("without gh: %v", err)
	}
}

func TestGHHas(t *testing.T) {
	s := newGHSite(t, keeps)
	res := s.ok(false)[0]
	if !res.App.GHHas(res.Token.Value, s.r.Env) || res.App.GHHas("ghs_canary", s.r.Env) {
		t.Error("GHHas does not tell the token that gh was given from another")
	}
	if err := os.Remove(s.path("github-token.gh")); err != nil {
		t.Fatal(err)
	}
	if res.App.GHHas(res.Token.Value, s.r.Env) {
		t.Error("GHHas without a stamp")
	}
}

// GitHub's replicas may refuse a token that is a second old.
func TestProbe(t *testing.T) {
	s := newSite(t, "main")
	res := s.ok(false)[0]
	s.github.Fail(1, "GET", githubtest.Refuse(http.StatusUnauthorized, "Bad credentials"))
	if _, err := s.r.Probe(t.Context(), res.App, res.Token.Token); err != nil {
		t.Error(err)
	}
	s.github.Fail(1, "GET", githubtest.Refuse(http.StatusBadGateway, ""))
	if _, err := s.r.Probe(t.Context(), res.App, res.Token.Token); !mint.IsTemporary(err) {
		t.Errorf("%v, want a temporary error at once", err)
	}
	s.github.Revoke(res.Token.Value.Reveal())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.r.Probe(ctx, res.App, res.Token.Token)
	if took := time.Since(start); !errors.Is(err, &mint.Error{Kind: mint.Denied}) || took > 5*time.Second {
		t.Errorf("%v after %s, want that it is revoked when ctx ends", err, took)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
