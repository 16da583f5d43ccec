package refresh

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStored(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(s *site)
		want State
	}{
		{"fresh", func(s *site) { s.store("ghs_canary0123456789", renew+time.Second) }, Fresh},
		{"due", func(s *site) { s.store("ghs_canary0123456789", renew) }, Due},
		{"from the future of another boot", func(s *site) {
			s.store("ghs_canary0123456789", 3*time.Hour)
			s.write("github-token.env", strings.Replace(s.read("github-token.env"), "GHAUTH_TOKEN_UPTIME=", "GHAUTH_TOKEN_UPTIME=another-", 1))
		}, Due},
		{"expired", func(s *site) { s.store("ghs_canary0123456789", 0) }, Expired},
		{"missing", func(*site) {}, Missing},
		{"foreign", func(s *site) {
			s.write("github-token.env", "GITHUB_TOKEN=ghs_canary0123456789\n")
			if err := os.Chtimes(s.path("github-token.env"), now, now.Add(-time.Hour)); err != nil {
				s.Fatal(err)
			}
		}, Expired},
		{"garbage", func(s *site) { s.write("github-token.env", "nonsense\n") }, Invalid},
		{"loose", func(s *site) {
			s.store("ghs_canary0123456789", time.Hour)
			if err := os.Chmod(s.path("github-token.env"), 0o644); err != nil {
				s.Fatal(err)
			}
		}, Invalid},
	} {
		s := newSite(t, "takopi")
		tt.make(s)
		token, got, err := s.apps()[0].Stored(now)
		if got != tt.want || (err != nil) != (got == Invalid) {
			t.Errorf("%s: %s, %s, %v, want %s", tt.name, token.Value, got, err, tt.want)
		}
	}
}

// TestTokenOfAnother: a token is the host's, the App's and the installation's
// that it was minted for. Under another one it is replaced, and gh never gets it.
func TestTokenOfAnother(t *testing.T) {
	for name, change := range map[string]func(*App){
		"host":         func(a *App) { a.Host = "other.localhost" },
		"API":          func(a *App) { a.APIURL += "/" },
		"App":          func(a *App) { a.Issuer = "1" },
		"installation": func(a *App) { a.InstallationID++ },
	} {
		s := newGHSite(t, "cat >>$OUT/stdin")
		app := s.apps()[0]
		before := app
		change(&before)
		if err := writeToken(before, Stored{Token: hourToken}); err != nil {
			t.Fatal(err)
		}
		if _, state, _ := app.Stored(now); state != Superseded {
			t.Errorf("another %s: %s, want %s", name, state, Superseded)
		}
		if res := s.ok(false)[0]; !res.Minted || res.Token.Value == hourToken.Value {
			t.Errorf("another %s: the token was kept", name)
		}
		if text := s.saw("stdin"); text == "" || text == hourToken.Value.Reveal()+"\n" {
			t.Errorf("another %s: gh was given %d characters of the old token", name, len(text))
		}
	}
}

// TestGHLoggedOut: what a user makes gh forget, it is told again.
func TestGHLoggedOut(t *testing.T) {
	s := newGHSite(t, `cat >>$OUT/stdin; printf 'github.localhost:\n    oauth_token: ' >$GH_CONFIG_DIR/hosts.yml; cat $OUT/stdin >>$GH_CONFIG_DIR/hosts.yml`)
	res := s.ok(false)[0]
	s.ok(false)
	if got := s.saw("stdin"); got != res.Token.Value.Reveal()+"\n" {
		t.Fatalf("gh was told %d characters, want one token", len(got))
	}
	hosts := filepath.Join(GHConfigDir(s.r.Env), "hosts.yml")
	if err := os.WriteFile(hosts, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.apps()[0].GHHas(res.Token.Value, s.r.Env) {
		t.Error("GHHas after a logout")
	}
	s.ok(false)
	if got, want := s.saw("stdin"), 2*(len(res.Token.Value)+1); len(got) != want {
		t.Errorf("gh was told %d characters, want %d", len(got), want)
	}
	s.mints(1)
}

// Fault: odd-xdg
func TestGHConfigDir(t *testing.T) {
	for _, tt := range []struct {
		env  []string
		want string
	}{
		{[]string{"HOME=/h"}, "/h/.config/gh"},
		{[]string{"HOME=/h", "XDG_CONFIG_HOME=/x"}, "/x/gh"},
		{[]string{"HOME=/h", "XDG_CONFIG_HOME=/x", "GH_CONFIG_DIR=/g"}, "/g"},
		{[]string{"HOME=/h", "GH_CONFIG_DIR="}, "/h/.config/gh"},
		{[]string{"HOME=/h", "XDG_CONFIG_HOME="}, "/h/.config/gh"},
		{[]string{"HOME=/h", "XDG_CONFIG_HOME=x"}, "/h/.config/gh"},
		{[]string{"HOME=/h", "XDG_CONFIG_HOME=./x/../y"}, "/h/.config/gh"},
	} {
		if got := GHConfigDir(tt.env); got != tt.want {
			t.Errorf("GHConfigDir(%q) = %q, want %q", tt.env, got, tt.want)
		}
	}
}
