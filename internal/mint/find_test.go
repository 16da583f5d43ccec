package mint

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestFindInstallation(t *testing.T) {
	for _, tt := range []struct {
		name string
		id   int64
		want string // the error, empty if it is to be found
	}{
		{"octo-org", instID, ""},
		{"Octo-Org", instID, ""},
		{"mona", 43, ""},
		{"octo-org/hello", instID, ""},
		{"OCTO-ORG/HELLO", instID, ""},
		{"mona/.dots", 43, ""},
		{"else", 0, "App " + clientID + " is not installed on else; it has 42 (octo-org), 43 (mona)"},
		{"octo-org/nowhere", 0, "App " + clientID + " is not installed on octo-org/nowhere; it has 42 (octo-org), 43 (mona)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.AddInstallation(githubtest.Installation{ID: 43, AppID: appID, Owner: "mona", User: true, All: true, Repositories: []string{"mona/.dots"}})
			key, _ := githubtest.Key(0)
			got, err := w.client.FindInstallation(t.Context(), clientID, key, tt.name)
			w.conforms(t)
			if tt.want != "" {
				wantError(t, err, Denied, tt.want, "check the name; an owner of the account has to install the App")
				return
			}
			if err != nil || got.ID != tt.id {
				t.Errorf("FindInstallation() = %+v, %v, want %d", got, err, tt.id)
			}
			w.requested(t, 1)
		})
	}
}

// A GitHub may find users alone below /users, as the documentation has it.
func TestFindOrganization(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, "GET /users/", githubtest.Refuse(404, "Not Found"))
	key, _ := githubtest.Key(0)
	got, err := w.client.FindInstallation(t.Context(), clientID, key, "octo-org")
	if err != nil || got.ID != instID {
		t.Errorf("FindInstallation() = %+v, %v, want %d", got, err, instID)
	}
	w.requested(t, 2)
}

func TestFindMoved(t *testing.T) {
	w := newWorld(t)
	w.RenameRepository("octo-org/hello", "octo-org/goodbye")
	key, _ := githubtest.Key(0)
	_, err := w.client.FindInstallation(t.Context(), clientID, key, "octo-org/hello")
	wantError(t, err, Denied, "octo-org/hello has another name at GitHub now", "present name")
	w.requested(t, 1)
	w.conforms(t)
}

// Names reach a path of the API: what means something there is refused first.
func TestFindBadName(t *testing.T) {
	for _, name := range []string{"", "/", "a/", "/b", "a/b/c", "a/..", "a/.", "..", "../app", "a b", "a?b", "a%2fb", "a\n", "é", "a/b?per_page=1"} {
		w := newWorld(t)
		key, _ := githubtest.Key(0)
		_, err := w.client.FindInstallation(t.Context(), clientID, key, name)
		wantError(t, err, Denied, "is no name of an installation", "OWNER/REPO")
		w.requested(t, 0)
	}
}

func TestOnlyInstallation(t *testing.T) {
	key, _ := githubtest.Key(0)
	w := newWorld(t)
	w.install(11)
	_, err := w.client.OnlyInstallation(t.Context(), clientID, key)
	wantError(t, err, Denied, "App "+clientID+" has several installations: 42 (octo-org), 101 (org-1), ", "say which: by installation_id")
	if !strings.HasSuffix(err.Error(), " and 2 more") {
		t.Errorf("error = %q, want the others counted", err)
	}
	w.requested(t, 1)

	w = newWorld(t)
	w.RemoveInstallation(instID)
	_, err = w.client.OnlyInstallation(t.Context(), clientID, key)
	wantError(t, err, Denied, "App "+clientID+" is not installed anywhere", "install it at https://github.com/apps/octo-bot/installations/new")
	w.conforms(t)
	w.Fail(1, "GET /app", reply(200, asJSON, "[]"))
	w.Fail(1, "GET /app", reply(200, asJSON, `{"id":1,"html_url":"javascript:alert()"}`))
	_, err = w.client.OnlyInstallation(t.Context(), clientID, key)
	wantError(t, err, Denied, "is not installed anywhere", "install it at GitHub: the App's settings")

	// One on this page, and others on the next.
	w = newWorld(t)
	w.Fail(-1, "", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Link", `<http://127.0.0.1/>; rel="next"`)
		reply(200, asJSON, `[{"id":1,"account":{"login":"a"}}]`)(rw, r)
	})
	_, err = w.client.OnlyInstallation(t.Context(), clientID, key)
	wantError(t, err, Denied, "several installations: 1 (a), at least", "say which")
}
