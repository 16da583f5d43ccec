package githubtest_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestMint(t *testing.T) {
	all := map[string]string{"contents": "write", "issues": "read", "metadata": "read"}
	hello := fmt.Sprint(githubtest.RepositoryID("octo-org/hello"))
	for _, test := range []struct {
		name, body   string
		permissions  map[string]string
		repositories []string // nil if the answer does not list them
	}{
		{"all", "", all, nil},
		{"empty object", "{}", all, nil},
		{"permissions", `{"permissions":{"contents":"read"}}`,
			map[string]string{"contents": "read", "metadata": "read"}, nil},
		{"repository", `{"repositories":["World"]}`, all, []string{"octo-org/world"}},
		{"repository id", `{"repository_ids":[` + hello + `]}`, all, []string{"octo-org/hello"}},
		{"the same twice", `{"repositories":["hello","world"],"repository_ids":[` + hello + `]}`, all,
			[]string{"octo-org/hello", "octo-org/world"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			got := w.mint(test.body)
			var listed []string
			for _, r := range got.Repositories {
				listed = append(listed, r.FullName)
			}
			if !maps.Equal(got.Permissions, test.permissions) {
				t.Errorf("permissions = %v, want %v", got.Permissions, test.permissions)
			}
			if !slices.Equal(listed, test.repositories) {
				t.Errorf("repositories = %v, want %v", listed, test.repositories)
			}
			if want := now.Add(time.Hour); !got.ExpiresAt.Equal(want) {
				t.Errorf("expires_at = %v, want %v", got.ExpiresAt, want)
			}
			kept := w.Minted()
			if len(kept) != 1 || kept[0].Value != got.Token || kept[0].InstallationID != orgInst {
				t.Errorf("Minted() = %v, want the token of the answer", kept)
			}
			w.conforms()
		})
	}
}

func TestSelection(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		installation int
		body, want   string
	}{
		{orgInst, "", "selected"},
		{userInst, "", "all"},
		{userInst, `{"repositories":["dots"]}`, "selected"},
	} {
		path := fmt.Sprintf("/app/installations/%d/access_tokens", test.installation)
		got := decode[minted](w, w.do("POST", path, sign(t, 0, claims()), test.body), 201)
		if got.Selection != test.want {
			t.Errorf("%d %s: repository_selection = %q, want %q", test.installation, test.body, got.Selection, test.want)
		}
	}
	w.conforms()
}

func TestMintRefusals(t *testing.T) {
	const (
		permissions = "The permissions requested are not granted to this installation."
		repository  = "There is at least one repository that does not exist or is not accessible to the parent installation."
	)
	many := `{"repositories":["hello"` + strings.Repeat(`,"hello"`, 500) + `]}`
	for _, test := range []struct {
		name    string
		path    string
		body    string
		status  int
		message string
		// unlike says that the request is not one that GitHub describes.
		unlike bool
	}{
		{"unknown installation", "/app/installations/99/access_tokens", "", 404, "Not Found", false},
		{"installation of no number", "/app/installations/x/access_tokens", "", 404, "Not Found", true},
		{"more than granted", mintPath, `{"permissions":{"issues":"write"}}`, 422, permissions, false},
		{"never granted", mintPath, `{"permissions":{"members":"read"}}`, 422, permissions, false},
		{"no such level", mintPath, `{"permissions":{"contents":"all"}}`, 422, permissions, true},
		{"no such repository", mintPath, `{"repositories":["hello","nowhere"]}`, 422, repository, false},
		{"a full name", mintPath, `{"repositories":["octo-org/hello"]}`, 422, repository, false},
		{"no such id", mintPath, `{"repository_ids":[1]}`, 422, repository, false},
		{"501 repositories", mintPath, many, 422, "Too many repositories for installation", false},
		{"no JSON", mintPath, `{`, 400, "Problems parsing JSON", true},
		{"no object", mintPath, `[]`, 400, "Body should be a JSON object", true},
		{"wrong types", mintPath, `{"repositories":"hello"}`, 422, "Invalid request.", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.refuses(w.do("POST", test.path, sign(t, 0, claims()), test.body), test.status, test.message)
			if got := len(w.Minted()); got != 0 {
				t.Errorf("%d tokens were issued", got)
			}
			got := w.Violations()
			if (len(got) > 0) != test.unlike {
				t.Errorf("violations = %q, want some: %v", got, test.unlike)
			}
			for _, v := range got {
				if !strings.Contains(v, ": request: ") {
					t.Errorf("violation of an answer: %s", v)
				}
			}
		})
	}
}

func TestMintForAnotherApp(t *testing.T) {
	w := newWorld(t)
	w.AddInstallation(githubtest.Installation{ID: 50, AppID: 5, Owner: "else"})
	w.refuses(w.do("POST", "/app/installations/50/access_tokens", sign(t, 0, claims()), ""), 404, "Not Found")
	w.conforms()
}

func TestTokenFormats(t *testing.T) {
	for _, test := range []struct {
		format githubtest.TokenFormat
		want   string
	}{
		{githubtest.Classic, `^ghs_[A-Za-z0-9]{36}$`},
		{githubtest.Stateless, `^ghs_1234_eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{300,}$`},
	} {
		w := newWorld(t)
		w.Change(func() { w.TokenFormat = test.format })
		got := w.mint("").Token
		if !regexp.MustCompile(test.want).MatchString(got) {
			t.Errorf("token = %q, want a match of %s", got, test.want)
		}
		if again := w.mint("").Token; again == got {
			t.Errorf("the same token twice: %s", got)
		}
		if a := w.do("GET", "/installation/repositories", "token "+got, ""); a.status != 200 {
			t.Errorf("status = %d with the new token: %s", a.status, a.text)
		}
		w.conforms()
	}
}
