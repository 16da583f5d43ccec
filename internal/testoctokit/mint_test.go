package testoctokit_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// For the same App, installation and scope GitHub gives both sides the same.
func TestSameGrants(t *testing.T) {
	w := newWorld(t)
	narrow := map[string]string{"contents": "read"}
	for _, inst := range []mint.Installation{
		octo,
		{Issuer: "1234", ID: instID},
		{Issuer: clientID, ID: instID, Repositories: []string{"hello"}},
		{Issuer: clientID, ID: instID, Repositories: []string{"world", "hello"}},
		{Issuer: clientID, ID: instID, Permissions: narrow},
		{Issuer: clientID, ID: instID, Permissions: map[string]string{"contents": "write", "issues": "read"}},
		{Issuer: clientID, ID: instID, Repositories: []string{"hello"}, Permissions: narrow},
	} {
		if _, _, err := w.ours(t, inst); err != nil {
			t.Errorf("%+v: %v", inst, err)
		}
		ours := w.lastMinted()
		said := w.theirs(t, inst)
		theirs := w.lastMinted()
		if n := len(w.Minted()); n%2 != 0 || !reflect.DeepEqual(ours, theirs) {
			t.Errorf("%+v: of %d tokens ours has %+v, octokit's %+v", inst, n, ours, theirs)
		}
		slices.Sort(said.RepositoryNames)
		if said.Token == "" || said.RepositorySelection != ours.Selection || !reflect.DeepEqual(said.Permissions, ours.Permissions) ||
			len(inst.Repositories) > 0 && !slices.Equal(said.RepositoryNames, bare(ours.Repositories)) {
			t.Errorf("%+v: octokit has %+v, and our token %+v", inst, said, ours)
		}
	}
	for _, v := range w.Violations() {
		t.Errorf("violation: %s", v)
	}
}

func bare(full []string) (names []string) {
	for _, f := range full {
		names = append(names, strings.TrimPrefix(f, "octo-org/"))
	}
	return names
}

// says has GitHub refuse each mint in its own words, with an hour's wait where it
// asks for one.
func says(status int, message string, headers ...string) func(*world) {
	return func(w *world) { w.Fail(-1, "POST ", githubtest.Refuse(status, message, headers...)) }
}

// What GitHub refuses, it refuses both sides in the same words, and ours sorts
// them by what helps.
func TestSameRefusals(t *testing.T) {
	as := func(change func(*mint.Installation)) mint.Installation {
		inst := octo
		change(&inst)
		return inst
	}
	nothing := func(*world) {}
	var many []string
	for i := range 501 {
		many = append(many, fmt.Sprintf("r%d", i))
	}
	for _, tt := range []struct {
		change  func(*world)
		inst    mint.Installation
		status  int
		message string
		kind    mint.Kind
	}{
		{func(w *world) { key, _ := githubtest.Key(1); w.SetKeys(appID, &key.PublicKey) }, octo,
			401, "A JSON web token could not be decoded", mint.Denied},
		{func(w *world) { w.SetKeys(appID) }, octo, 401, "Integration must generate a public key", mint.Denied},
		{nothing, as(func(i *mint.Installation) { i.Issuer = "Iv1.0000000000000000" }), 401, "'Issuer' claim ('iss') must be an Integer", mint.Denied},
		{nothing, as(func(i *mint.Installation) { i.Issuer = "77" }), 404, "Integration not found", mint.Denied},
		{nothing, as(func(i *mint.Installation) { i.ID = 43 }), 404, "Not Found", mint.Denied},
		{func(w *world) { w.RemoveInstallation(instID) }, octo, 404, "Not Found", mint.Denied},
		{func(w *world) { w.SetSuspended(instID, true) }, octo, 403, "This installation has been suspended", mint.Denied},
		{nothing, as(func(i *mint.Installation) { i.Permissions = map[string]string{"issues": "write"} }),
			422, "The permissions requested are not granted to this installation.", mint.Denied},
		{nothing, as(func(i *mint.Installation) { i.Repositories = []string{"hello", "other"} }),
			422, "There is at least one repository that does not exist or is not accessible to the parent installation.", mint.Denied},
		{nothing, as(func(i *mint.Installation) { i.Repositories = many }), 422, "Too many repositories for installation", mint.Denied},
		// With the clocks agreed these are no skew.
		{says(401, "'Expiration time' claim ('exp') is too far in the future"), octo,
			401, "'Expiration time' claim ('exp') is too far in the future", mint.Denied},
		{says(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"), octo,
			401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued", mint.Denied},
		{says(403, "API rate limit exceeded for installation ID 42.", "Retry-After", "3600"), octo,
			403, "API rate limit exceeded for installation ID 42.", mint.Temporary},
		{says(403, "You have exceeded a secondary rate limit."), octo, 403, "You have exceeded a secondary rate limit.", mint.Temporary},
		{says(429, "Too Many Requests", "Retry-After", "3600"), octo, 429, "Too Many Requests", mint.Temporary},
		{says(503, "Service Unavailable", "Retry-After", "3600"), octo, 503, "Service Unavailable", mint.Temporary},
	} {
		t.Run(fmt.Sprint(tt.status, " ", tt.message), func(t *testing.T) {
			w := newWorld(t)
			tt.change(w)
			theirs := w.theirs(t, tt.inst)
			if theirs.Status != tt.status || theirs.Message != tt.message {
				t.Errorf("octokit has %d %q", theirs.Status, theirs.Message)
			}
			_, _, err := w.ours(t, tt.inst)
			e, ok := errors.AsType[*mint.Error](err)
			if !ok || e.Kind != tt.kind || e.Remedy == "" || !strings.HasPrefix(e.Reason, fmt.Sprintf("GitHub answers %d %q", tt.status, tt.message)) {
				t.Errorf("ours has %#v", err)
			}
			if n := len(w.Minted()); n > 0 {
				t.Errorf("GitHub gave %d tokens", n)
			}
		})
	}
}

// Known difference: octokit's auth() makes no second JWT for GitHub's time, as its
// hook does for requests of one's own; ours mints, and tells of the clock.
func TestSkewIsOursToMend(t *testing.T) {
	for ahead, message := range map[time.Duration]string{
		11 * time.Minute: "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
		-2 * time.Minute: "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
	} {
		w := newWorld(t)
		w.Change(func() { w.Now = func() time.Time { return time.Now().Add(ahead) } })
		if got := w.theirs(t, octo); got.Status != 401 || got.Message != message {
			t.Errorf("GitHub ahead by %v: octokit has %+v", ahead, got)
		}
		if _, warned, err := w.ours(t, octo); err != nil || len(warned) != 1 || !strings.Contains(warned[0], "clock is off") {
			t.Errorf("GitHub ahead by %v: ours has %v and warns %q", ahead, err, warned)
		}
	}
}

// Known difference: octokit takes what is no answer of GitHub's for one; ours
// refuses it.
func TestAnswersAreOursToCheck(t *testing.T) {
	expires := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for name, answer := range map[string]struct {
		kind, body string
		inst       mint.Installation
	}{
		"captive portal": {"text/html", "<html>", octo},
		"newline":        {"application/json", `{"token":"ghs_aaaaaaaaaaaaaaaaaaaa\nPATH=.","expires_at":"` + expires + `"}`, octo},
		"expired":        {"application/json", `{"token":"ghs_aaaaaaaaaaaaaaaaaaaa","expires_at":"2026-01-01T00:00:00Z"}`, octo},
		"less than asked": {"application/json", `{"token":"ghs_aaaaaaaaaaaaaaaaaaaa","expires_at":"` + expires + `","permissions":{"metadata":"read"}}`,
			mint.Installation{Issuer: clientID, ID: instID, Permissions: map[string]string{"contents": "write"}}},
	} {
		w := newWorld(t)
		w.Fail(2, "POST ", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", answer.kind)
			rw.WriteHeader(http.StatusCreated)
			_, _ = rw.Write([]byte(answer.body))
		})
		w.Fail(-1, "POST ", githubtest.Refuse(403, "That is all")) // no use to try that again
		if got := w.theirs(t, answer.inst); got.Message != "" {
			t.Errorf("%s: octokit now refuses it, with %d %q: is there no difference any more?", name, got.Status, got.Message)
		}
		if token, _, err := w.ours(t, answer.inst); err == nil {
			t.Errorf("%s: ours takes %v", name, token)
		}
	}
}
