package mint

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// install adds n installations of the app beside octo-org's.
func (w *world) install(n int) {
	for i := range n {
		w.AddInstallation(githubtest.Installation{ID: int64(101 + i), AppID: appID, Owner: fmt.Sprintf("org-%d", i+1)})
	}
}

// mintFor mints for an installation by its id.
func (w *world) mintFor(t *testing.T, id int64) (Token, error) {
	t.Helper()
	key, _ := githubtest.Key(0)
	return w.client.Mint(t.Context(), Installation{Issuer: clientID, ID: id}, key)
}

// Fault: no-installation
func TestMintTellsOfInstallations(t *testing.T) {
	const ten = "42 (octo-org), 101 (org-1), 102 (org-2), 103 (org-3), 104 (org-4), 105 (org-5), 106 (org-6), 107 (org-7), 108 (org-8), 109 (org-9)"
	for _, tt := range []struct {
		more int
		want string // at the error's end
	}{
		{0, "App " + clientID + " has no installation 7; it has 42 (octo-org)"},
		{1, "it has 42 (octo-org), 101 (org-1)"},
		{9, "it has " + ten},
		{10, "it has " + ten + " and 1 more"},
		{99, "it has " + ten + " and 90 more"},
		{100, "it has " + ten + " and 90 more, at least"},
	} {
		w := newWorld(t)
		w.install(tt.more)
		_, err := w.mintFor(t, 7)
		wantError(t, err, Denied, `GitHub answers 404 "Not Found": App `+clientID+" has no installation 7", "check installation_id")
		if !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("error = %q, want %q at its end", err, tt.want)
		}
		w.requested(t, 2)
		w.conforms(t)
	}
}

func TestMintTellsOfSuspension(t *testing.T) {
	w := newWorld(t)
	w.SetSuspended(instID, true)
	_, err := w.mintFor(t, 7)
	wantError(t, err, Denied, "it has 42 (octo-org, suspended)", "check installation_id")
}

// Fault: not-granted
func TestNotGranted(t *testing.T) {
	const (
		permissions  = `GitHub answers 422 "The permissions requested are not granted to this installation."`
		repositories = `GitHub answers 422 "There is at least one repository that does not exist or is not accessible to the parent installation."`
		grants       = ", but installation 42 (octo-org) grants contents: write, metadata: read"
	)
	for _, tt := range []struct {
		name  string
		asked scope
		all   bool
		want  string
	}{
		{"a permission", scope{Permissions: map[string]string{"issues": "read", "contents": "read"}}, false,
			permissions + ": permissions asks for issues: read" + grants},
		{"a level", scope{Permissions: map[string]string{"contents": "admin"}}, false,
			permissions + ": permissions asks for contents: admin" + grants},
		{"a level that is none", scope{Permissions: map[string]string{"contents": "all"}}, false,
			permissions + ": permissions asks for contents: all" + grants},
		{"a repository", scope{Repositories: []string{"hello", "nowhere"}}, false,
			repositories + ": repositories asks for hello, nowhere, not all of which installation 42 (octo-org) has access to (selected repositories)"},
		{"a repository of all", scope{Repositories: []string{"nowhere"}}, true,
			repositories + ": repositories asks for nowhere, not all of which installation 42 (octo-org) has access to (all repositories)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.AddInstallation(githubtest.Installation{
				ID: instID, AppID: appID, Owner: "octo-org", All: tt.all,
				Permissions: map[string]string{"contents": "write", "metadata": "read"}, Repositories: []string{"octo-org/hello"},
			})
			_, err := w.narrowly(t, tt.asked)
			wantError(t, err, Denied, tt.want, "an owner has to grant it")
			if !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("error = %q, want %q alone", err, tt.want)
			}
			w.requested(t, 2)
			if len(w.slept) > 0 {
				t.Errorf("slept %v before what will not pass", w.slept)
			}
		})
	}
}

func TestTooManyRepositories(t *testing.T) {
	w := newWorld(t)
	_, err := w.narrowly(t, scope{Repositories: slices.Repeat([]string{"hello"}, 501)})
	wantError(t, err, Denied, `422 "Too many repositories for installation": repositories has 501`, "at most 500 repositories")
	w.conforms(t)
}

// Where GitHub does not tell more, what it said stands, at once.
func TestNothingMoreToTell(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{
		"down":    githubtest.Refuse(503, "Service Unavailable"),
		"limited": githubtest.Refuse(429, "Too Many Requests", "Retry-After", "60"),
		"refused": githubtest.Refuse(401, "Bad credentials"),
		"HTML":    reply(200, "text/html", "<html>"),
		"null":    reply(200, asJSON, "null"),
		"flood":   reply(200, asJSON, `[{"id":1}]`+strings.Repeat(" ", maxPageBytes)),
		"nobody":  reply(200, asJSON, `[{"id":0}]`),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(-1, "GET ", fault)
			_, err := w.mintFor(t, 7)
			wantError(t, err, Denied, "has no installation 7", "check installation_id")
			if !strings.HasSuffix(err.Error(), "has no installation 7") {
				t.Errorf("error = %q, want the refusal alone", err)
			}
			w.requested(t, 2)
			_, err = w.narrowly(t, scope{Repositories: []string{"nowhere"}})
			wantError(t, err, Denied, "422 ", "an owner has to grant it")
			w.requested(t, 4)
			if len(w.slept) > 0 {
				t.Errorf("slept %v, want one try", w.slept)
			}
		})
	}
}

// An error that is to be explained is not held back for long.
func TestLookUpsAreShort(t *testing.T) {
	w := newWorld(t)
	var left []time.Duration
	next := w.client.http.Transport
	w.client.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if deadline, ok := r.Context().Deadline(); ok {
			left = append(left, time.Until(deadline))
		}
		return next.RoundTrip(r)
	})
	_, _ = w.mintFor(t, 7)
	_, _ = w.narrowly(t, scope{Repositories: []string{"nowhere"}})
	w.RemoveInstallation(instID)
	_, _ = w.mintFor(t, 7)
	key, _ := githubtest.Key(0)
	_, _ = w.client.OnlyInstallation(t.Context(), clientID, key)
	if len(left) != 5 || slices.Max(left) > lookTime {
		t.Errorf("time left for the look-ups: %v, want five of at most %v", left, lookTime)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
