package mint

import (
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// What the stand-in says by itself, because the world is as it is.
//
// Fault: wrong-app, suspended, no-installation
func TestRefusedByTheWorld(t *testing.T) {
	for _, tt := range []struct {
		name           string
		change         func(*world)
		inst           Installation
		reason, remedy string
		lookUps        int
	}{
		{"wrong key", func(w *world) { key, _ := githubtest.Key(1); w.SetKeys(appID, &key.PublicKey) }, octo,
			`GitHub answers 401 "A JSON web token could not be decoded": wrong key or app id`, "listed on the App's settings page", 0},
		{"no key", func(w *world) { w.SetKeys(appID) }, octo,
			`GitHub answers 401 "Integration must generate a public key": wrong key or app id`, "listed on the App's settings page", 0},
		{"wrong client id", func(*world) {}, Installation{Issuer: "Iv1.0000000000000000", ID: instID},
			`GitHub answers 401 "'Issuer' claim ('iss') must be an Integer": wrong key or app id`, "check app_id or client_id", 0},
		{"wrong app id", func(*world) {}, Installation{Issuer: "77", ID: instID},
			`GitHub answers 404 "Integration not found": no App has this id`, "check app_id or client_id", 0},
		{"suspended", func(w *world) { w.SetSuspended(instID, true) }, octo,
			`GitHub answers 403 "This installation has been suspended": installation 42 is suspended`, "unsuspend", 0},
		{"uninstalled", func(w *world) { w.RemoveInstallation(instID) }, octo,
			`GitHub answers 404 "Not Found": App Iv23liTESTTESTTEST00 has no installation 42; it is not installed anywhere`, "install it at https://github.com/apps/octo-bot/installations/new", 2},
		{"another app's installation", func(w *world) {
			other, _ := githubtest.Key(1)
			w.AddApp(githubtest.App{ID: 5, ClientID: "Iv2", Keys: []*rsa.PublicKey{&other.PublicKey}})
			w.AddInstallation(githubtest.Installation{ID: 50, AppID: 5, Owner: "else"})
		}, Installation{Issuer: clientID, ID: 50}, `has no installation 50; it has 42 (octo-org)`, "check installation_id", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.change(w)
			key, _ := githubtest.Key(0)
			_, err := w.client.Mint(t.Context(), tt.inst, key)
			wantError(t, err, Denied, tt.reason, tt.remedy)
			w.requested(t, 1+tt.lookUps)
			if len(w.warned) > 0 {
				t.Errorf("warned %q, want nothing", w.warned)
			}
			w.conforms(t)
		})
	}
}

// What GitHub is known to say, kind by kind, and whether it is asked again.
func TestRefused(t *testing.T) {
	const again = maxTries
	for _, tt := range []struct {
		status         int
		message        string
		headers        []string
		kind           Kind
		requests       int
		reason, remedy string
	}{
		{401, "'Expiration time' claim ('exp') is too far in the future", nil, Denied, 1, "this host's clock is not GitHub's", "timedatectl set-ntp true"},
		{401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued", nil, Denied, 1, "this host's clock is not GitHub's", "timedatectl set-ntp true"},
		{403, "Resource not accessible by integration", nil, Denied, 1, `403 "Resource not accessible by integration"`, "settings"},
		{403, "API rate limit exceeded for installation ID 42.", nil, Temporary, again, "a rate limit", "the timer tries again"},
		{403, "You have exceeded a secondary rate limit.", nil, Temporary, again, "a rate limit", "the timer tries again"},
		{403, "Rate Limit", nil, Temporary, again, "a rate limit", "the timer tries again"},
		{403, "Slow down", []string{"Retry-After", "5"}, Temporary, again, "a rate limit", "the timer tries again"},
		{403, "Slow down", []string{"X-RateLimit-Remaining", "0"}, Temporary, again, "a rate limit", "the timer tries again"},
		{403, "Slow down", []string{"X-RateLimit-Remaining", "1"}, Denied, 1, `403 "Slow down"`, "settings"},
		{403, "This installation has been suspended", []string{"X-RateLimit-Remaining", "0"}, Denied, 1, "installation 42 is suspended", "unsuspend"},
		{429, "Too Many Requests", nil, Temporary, again, `429 "Too Many Requests": a rate limit`, "the timer tries again"},
		{422, "The permissions requested are not granted to this installation.", nil, Denied, 1, "are not granted to this installation", "ask for less"},
		{422, "There is at least one repository that does not exist or is not accessible to the parent installation.", nil, Denied, 1, "at least one repository", "ask for less"},
		{422, "Too many repositories for installation", nil, Denied, 1, "Too many repositories", "at most 500"},
		{408, "Request Timeout", nil, Temporary, again, "408", "GitHub is in trouble"},
		{500, "Server Error", nil, Temporary, again, `GitHub answers 500 "Server Error"`, "GitHub is in trouble"},
		{502, "Server Error", nil, Temporary, again, "502", "GitHub is in trouble"},
		{503, "Service Unavailable", nil, Temporary, again, "503", "GitHub is in trouble"},
		{400, "Problems parsing JSON", nil, Denied, 1, `400 "Problems parsing JSON"`, "check api_url"},
		{410, "Gone", nil, Denied, 1, "410", "check api_url"},
		{500, "", nil, Temporary, again, "GitHub answers 500 (no message)", "GitHub is in trouble"},
	} {
		t.Run(http.StatusText(tt.status)+" "+tt.message, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(-1, "", githubtest.Refuse(tt.status, tt.message, tt.headers...))
			_, err := w.mint(t)
			wantError(t, err, tt.kind, tt.reason, tt.remedy)
			w.requested(t, tt.requests)
			if got := len(w.slept); got != tt.requests-1 {
				t.Errorf("slept %d times for %d requests", got, tt.requests)
			}
			if IsTemporary(err) != (tt.kind == Temporary) {
				t.Errorf("IsTemporary() = %v", IsTemporary(err))
			}
		})
	}
}

// A page of a web server is no word on an installation.
func TestNotTheAPI(t *testing.T) {
	w := newWorld(t)
	w.Fail(-1, "", reply(404, "text/html", "<html>Not Found</html>"))
	_, err := w.mint(t)
	wantError(t, err, Denied, "GitHub answers 404 (no message)", "check api_url")
	if strings.Contains(err.Error(), "installation") {
		t.Errorf("error = %v, want no word on installations", err)
	}
	for _, do := range lookUps {
		_, err := do(t.Context(), w.client, clientID)
		wantError(t, err, Denied, "GitHub answers 404 (no message)", "check api_url")
	}
	w.requested(t, 1+len(lookUps))
}

func TestMessage(t *testing.T) {
	const token = "ghs_abcdefghijklmnopqrstuvwxyz0123456789"
	for _, tt := range []struct {
		name, body, want string
	}{
		{"plain", `{"message":"Not Found"}`, `"Not Found"`},
		{"not ASCII", `{"message":"pas trouvé 🐙"}`, `"pas trouvé 🐙"`},
		{"not UTF-8", "{\"message\":\"a\xffb\"}", `"a�b"`},
		{"lines", `{"message":" one\r\n\ttwo "}`, `"one two"`},
		{"control characters", `{"message":"\u001b[31m\u0000\u202e"}`, `"\x1b[31m\x00\u202e"`},
		{"token", `{"message":"no ` + token + ` here"}`, `"no ghs_abcd… here"`},
		{"long", `{"message":"` + strings.Repeat("é", 300) + `"}`, `"` + strings.Repeat("é", 200) + `…"`},
		{"token across the cut", `{"message":"` + strings.Repeat("é", 190) + " " + token + `"}`, `"` + strings.Repeat("é", 190) + ` ghs_abcd…"`},
		{"none", `{}`, "(no message)"},
		{"another kind", `{"message":1}`, "(no message)"},
		{"HTML", `<html>`, "(no message)"},
		{"nothing", ``, "(no message)"},
	} {
		got := message([]byte(tt.body))
		if got != tt.want {
			t.Errorf("%s: message() = %s, want %s", tt.name, got, tt.want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("%s: message() = %q is not UTF-8", tt.name, got)
		}
	}
}
