package refresh

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A new token that GitHub does not take must not replace one that works, and no
// stored one is left worse than it was.
func TestProbeComesBeforeTheSwap(t *testing.T) {
	unavailable := githubtest.Refuse(http.StatusBadGateway, "")
	for _, tt := range []struct {
		name   string
		stored bool
		fails  int // probes
		fault  http.HandlerFunc
		minted bool
		kind   mint.Kind
		warned string
	}{
		{"a replica lags", true, 1, githubtest.Refuse(http.StatusUnauthorized, "Bad credentials"), true, 0, ""},
		{"never taken", true, probeTries, githubtest.Refuse(http.StatusUnauthorized, "Bad credentials"), false, mint.Denied, ""},
		{"one answer fails", true, 1, unavailable, true, 0, ""},
		{"GitHub goes down", true, probeTries, unavailable, false, mint.Temporary, ""},
		{"GitHub goes down, no token", false, probeTries, unavailable, true, 0, "could not be tried"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "main")
			if tt.stored {
				s.store("ghs_canary", time.Minute)
			}
			var warned string
			s.r.Warn = func(_, text string) { warned += text }
			s.github.Fail(tt.fails, "GET", tt.fault)
			res := s.run(false)[0]
			if res.Minted != tt.minted || (res.Err == nil) != tt.minted || !tt.minted && !errors.Is(res.Err, &mint.Error{Kind: tt.kind}) {
				t.Errorf("minted %t, %v, want %t", res.Minted, res.Err, tt.minted)
			}
			if got := strings.Contains(s.read("github-token.env"), "ghs_canary"); got == tt.minted {
				t.Errorf("the old token is stored: %t", got)
			}
			if !tt.minted && res.Token.Value != "ghs_canary" {
				t.Errorf("result has %s, want the old token", res.Token.Value)
			}
			if !strings.Contains(warned, tt.warned) || tt.warned == "" && warned != "" {
				t.Errorf("warned %q, want %q", warned, tt.warned)
			}
			s.mints(1)
		})
	}
}

// While a key is replaced by the next one, GitHub may know either.
func TestNextKey(t *testing.T) {
	old, _ := githubtest.Key(0)
	next, nextPEM := githubtest.Key(1)
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		known  []*rsa.PublicKey
		write  bool
		want   *rsa.PublicKey // that signs
		warned bool
	}{
		{"both known", []*rsa.PublicKey{&old.PublicKey, &next.PublicKey}, true, &next.PublicKey, false},
		{"the old one is gone", []*rsa.PublicKey{&next.PublicKey}, true, &next.PublicKey, false},
		{"the next one is not there yet", []*rsa.PublicKey{&old.PublicKey}, true, &old.PublicKey, true},
		{"its file is missing", []*rsa.PublicKey{&old.PublicKey, &next.PublicKey}, false, &old.PublicKey, true},
		{"neither", []*rsa.PublicKey{&another.PublicKey}, true, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "main")
			s.github.SetKeys(appID, tt.known...)
			if tt.write {
				s.write("github-app.next.pem", string(nextPEM))
			}
			s.write("github-app.env", s.read("github-app.env")+"GITHUB_APP_NEXT_PRIVATE_KEY_PATH='"+s.path("github-app.next.pem")+"'\n")
			warned := false
			s.r.Warn = func(_, text string) { warned = warned || strings.Contains(text, "the next key does not work yet") }
			res := s.run(false)[0]
			if warned != tt.warned {
				t.Errorf("warned: %t, want %t", warned, tt.warned)
			}
			if tt.want == nil {
				if !errors.Is(res.Err, mint.ErrUnknownKey) {
					t.Errorf("%v, want that GitHub knows no such key", res.Err)
				}
				return
			}
			if res.Err != nil || res.Token.Key != mint.Fingerprint(tt.want) {
				t.Fatalf("signed by %s, %v, want %s", res.Token.Key, res.Err, mint.Fingerprint(tt.want))
			}
			if stored, _, _ := res.App.Stored(now); stored.Key != res.Token.Key {
				t.Errorf("the token file names the key %q", stored.Key)
			}
		})
	}
}

// A permanent refusal of the next key for another reason is not hidden by the old.
func TestNextKeyHidesNothing(t *testing.T) {
	s := newSite(t, "main")
	next, nextPEM := githubtest.Key(1)
	old, _ := githubtest.Key(0)
	s.github.SetKeys(appID, &old.PublicKey, &next.PublicKey)
	s.github.SetSuspended(firstInst, true)
	s.write("github-app.next.pem", string(nextPEM))
	s.write("github-app.env", s.read("github-app.env")+"GITHUB_APP_NEXT_PRIVATE_KEY_PATH='"+s.path("github-app.next.pem")+"'\n")
	if res := s.run(false)[0]; res.Err == nil || !strings.Contains(res.Err.Error(), "suspended") {
		t.Errorf("%v, want that it is suspended", res.Err)
	}
	s.mints(1)
}

// Nor is a certificate that is not trusted told of as the next key's fault.
func TestNextKeyOfAnUntrustedGitHub(t *testing.T) {
	s := newSite(t, "main")
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that is to fail
	_, nextPEM := githubtest.Key(1)
	s.write("github-app.next.pem", string(nextPEM))
	env := strings.Replace(s.read("github-app.env"), s.apps()[0].APIURL, server.URL, 1)
	s.write("github-app.env", env+"GITHUB_APP_NEXT_PRIVATE_KEY_PATH='"+s.path("github-app.next.pem")+"'\n")
	s.r.Warn = func(_, text string) { t.Errorf("warned: %s", text) }
	if res := s.run(false)[0]; !errors.Is(res.Err, &mint.Error{Kind: mint.BadSetup}) || !strings.Contains(res.Err.Error(), "certificate is not trusted") {
		t.Errorf("%v, want that the certificate is not trusted", res.Err)
	}
}

func TestEnsure(t *testing.T) {
	s := newSite(t, "main", "other")
	ensure := func() []Result {
		t.Helper()
		results := s.r.Ensure(t.Context(), s.apps())
		for _, res := range results {
			if res.Err != nil {
				t.Fatal(res.Err)
			}
		}
		return results
	}
	first := ensure()
	s.mints(2)
	if again := ensure(); again[0].Minted || again[0].Token.Value != first[0].Token.Value {
		t.Errorf("%+v, want the token kept", again[0])
	}
	s.github.Revoke(first[0].Token.Value.Reveal())
	again := ensure()
	if !again[0].Minted || again[0].Token.Value == first[0].Token.Value || again[1].Minted {
		t.Errorf("minted %t and %t, want a new token for the first alone", again[0].Minted, again[1].Minted)
	}
	s.mints(3)
	s.github.Fail(1, "GET", githubtest.Refuse(http.StatusBadGateway, ""))
	if res := s.r.Ensure(t.Context(), s.apps()[:1])[0]; !mint.IsTemporary(res.Err) || res.Token.Value != again[0].Token.Value {
		t.Errorf("%s, %v, want the token with a temporary error", res.Token.Value, res.Err)
	}
}

func TestAudit(t *testing.T) {
	s := newSite(t, "main")
	var got []audit.Record
	s.r.Audit = func(r audit.Record) { got = append(got, r) }
	token := s.ok(false)[0].Token
	s.ok(false)
	s.github.SetSuspended(firstInst, true)
	s.run(true)
	s.github.SetSuspended(firstInst, false)
	if err := s.r.Revoke(t.Context(), s.path("github-token.env")); err != nil {
		t.Fatal(err)
	}
	used := audit.Record{Time: now, App: "main", Issuer: "1234", Installation: firstInst, TokenSHA256: token.Value.SHA256(), ExpiresAt: token.ExpiresAt, Key: token.Key}
	var want []audit.Record
	for _, event := range []audit.Event{audit.Mint, audit.Reuse, audit.Refusal, audit.Revoke} {
		r := used
		if r.Event = event; event == audit.Refusal {
			r = audit.Record{Time: now, Event: event, App: "main", Issuer: "1234", Installation: firstInst}
		}
		want = append(want, r)
	}
	if len(got) == len(want) && strings.Contains(got[2].Reason, "suspended") {
		got[2].Reason = ""
	}
	if !slices.Equal(got, want) {
		t.Errorf("records:\n%+v\nwant\n%+v", got, want)
	}
}

// A few apps whose requests hang hold back no other.
func TestSlowAppsHoldBackNoOther(t *testing.T) {
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("app%02d", i))
	}
	s := newSite(t, names...)
	for i := range 10 {
		s.github.Fail(-1, fmt.Sprintf("/installations/%d/", firstInst+i), githubtest.Hang)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	results := s.r.Run(ctx, s.apps(), false)
	for i, res := range results {
		if (res.Err == nil) != (i >= 10) {
			t.Errorf("%s: %v", res.App.Name, res.Err)
		}
	}
}
