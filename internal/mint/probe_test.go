package mint

import (
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestProbe(t *testing.T) {
	for _, format := range []githubtest.TokenFormat{githubtest.Classic, githubtest.Stateless} {
		w := newWorld(t)
		w.Change(func() { w.TokenFormat = format })
		token := w.mustMint(t).Value
		w.Reset()
		if owner, err := w.client.Probe(t.Context(), token); err != nil || owner != "octo-org" {
			t.Errorf("Probe() = %q, %v, want octo-org", owner, err)
		}
		w.requested(t, 1)
		if r := w.Requests()[0]; r.Method != "GET" || r.Path != "/installation/repositories" || r.Query != "per_page=1" || r.Prefix != "ghs_" {
			t.Errorf("request = %+v", r)
		}
		w.conforms(t)
	}
}

func TestProbeWithoutOwner(t *testing.T) {
	for name, body := range map[string]string{
		"no repository":  `{"total_count":0,"repositories":[]}`,
		"no list":        `{}`,
		"no owner":       `{"repositories":[{"name":"hello","owner":null}]}`,
		"another's line": `{"repositories":[{"owner":{"login":"octo\nGH_TOKEN=x"}}]}`,
	} {
		w := newWorld(t)
		w.Fail(-1, "", reply(200, asJSON, body))
		if owner, err := w.client.Probe(t.Context(), canary); err != nil || owner != "" {
			t.Errorf("%s: Probe() = %q, %v, want neither", name, owner, err)
		}
	}
}

func TestProbeFails(t *testing.T) {
	const dead = `GitHub answers 401 "Bad credentials": the token ghs_`
	refuse := func(status int, message string, headers ...string) func(*world, string) {
		return func(w *world, _ string) { w.Fail(-1, "", githubtest.Refuse(status, message, headers...)) }
	}
	for _, tt := range []struct {
		name           string
		change         func(*world, string)
		kind           Kind
		reason, remedy string
	}{
		{"revoked", func(w *world, token string) { w.Revoke(token) }, Denied, dead, "mint a new one"},
		{"expired", func(w *world, _ string) {
			w.Change(func() { w.Now = func() time.Time { return now.Add(time.Hour) } })
		}, Denied, dead, "mint a new one"},
		{"uninstalled", func(w *world, _ string) { w.RemoveInstallation(instID) }, Denied, dead, "mint a new one"},
		{"suspended", func(w *world, _ string) { w.SetSuspended(instID, true) }, Denied,
			`403 "This installation has been suspended": the installation is suspended`, "unsuspend"},
		{"no such endpoint", refuse(404, "Not Found"), Denied, `GitHub answers 404 "Not Found"`, "check api_url"},
		{"captive portal", func(w *world, _ string) { w.Fail(-1, "", reply(200, "text/html", "<html>")) }, Temporary,
			`the answer is "text/html", not application/json`, "captive portal"},
		{"cut off", func(w *world, _ string) { w.Fail(-1, "", reply(200, asJSON, `{"repositories":[`)) }, Temporary,
			"not the JSON expected", "captive portal"},
		{"down", refuse(503, "Service Unavailable"), Temporary, `503 "Service Unavailable"`, "GitHub is in trouble"},
		{"rate limit", refuse(429, "Too Many Requests", "Retry-After", "5"), Temporary, "a rate limit", "the timer tries again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			token := w.mustMint(t).Value
			tt.change(w, token.Reveal())
			_, err := w.client.Probe(t.Context(), token)
			wantError(t, err, tt.kind, tt.reason, tt.remedy)
			w.requested(t, 2)
			if len(w.slept) > 0 {
				t.Errorf("slept %v, want one try", w.slept)
			}
			w.conforms(t)
		})
	}
}
