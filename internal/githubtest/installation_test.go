package githubtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// An installed is what the tests read of an installation.
type installed struct {
	ID      int64
	Account struct{ Login, Type string }
}

func TestFindInstallation(t *testing.T) {
	for _, test := range []struct {
		path string
		want int64 // 0 if there is none
	}{
		{"/orgs/octo-org/installation", orgInst},
		{"/orgs/OCTO-ORG/installation", orgInst},
		{"/orgs/mona/installation", 0},
		{"/orgs/else/installation", 0},
		{"/users/mona/installation", userInst},
		{"/users/Octo-Org/installation", orgInst},
		{"/users/else/installation", 0},
		{"/repos/octo-org/hello/installation", orgInst},
		{"/repos/Octo-Org/Hello/installation", orgInst},
		{"/repos/mona/dots/installation", userInst},
		{"/repos/mona/hello/installation", 0},
		{"/app/installations/11", orgInst},
		{"/app/installations/99", 0},
		{"/api/v3/orgs/octo-org/installation", orgInst},
	} {
		w := newWorld(t)
		w.AddInstallation(githubtest.Installation{ID: goneInst, AppID: 5, Owner: "else"})
		a := w.do("GET", test.path, sign(t, 0, claims()), "")
		if test.want == 0 {
			w.refuses(a, 404, "Not Found")
		} else if got := decode[installed](w, a, 200); got.ID != test.want {
			t.Errorf("%s: installation %d, want %d", test.path, got.ID, test.want)
		}
		w.conforms()
	}
}

func TestRenamedRepository(t *testing.T) {
	w := newWorld(t)
	w.RenameRepository("octo-org/hello", "octo-org/goodbye")
	a := w.do("GET", "/repos/octo-org/Hello/installation", "", "")
	w.refuses(a, 401, "A JSON web token could not be decoded")
	if got := decode[installed](w, w.do("GET", "/repos/octo-org/goodbye/installation", sign(t, 0, claims()), ""), 200); got.ID != orgInst {
		t.Errorf("installation %d, want %d", got.ID, orgInst)
	}
	// The client of the tests follows a redirect, and keeps its credential on one host.
	if got := decode[installed](w, w.do("GET", "/repos/octo-org/Hello/installation", sign(t, 0, claims()), ""), 200); got.ID != orgInst {
		t.Errorf("installation %d by the old name, want %d", got.ID, orgInst)
	}
	if all := w.Requests(); len(all) != 4 || all[2].Status != 301 {
		t.Errorf("requests = %v, want a redirect", all)
	}
	w.conforms()
}

func TestInstallationPages(t *testing.T) {
	w := newWorld(t)
	for n := range 58 {
		w.AddInstallation(githubtest.Installation{ID: int64(101 + n), AppID: appID, Owner: fmt.Sprintf("org-%d", n)})
	}
	w.AddInstallation(githubtest.Installation{ID: goneInst, AppID: 5, Owner: "else"})
	for _, test := range []struct {
		query       string
		n           int
		first, last int64
		rels        []string
	}{
		{"", 30, 11, 128, []string{"next", "last"}},
		{"?page=2", 30, 129, 158, []string{"prev", "first"}},
		{"?per_page=20&page=2", 20, 119, 138, []string{"prev", "first", "next", "last"}},
		{"?per_page=100", 60, 11, 158, nil},
		{"?per_page=1000", 60, 11, 158, nil},
		{"?per_page=60", 60, 11, 158, nil},
		{"?per_page=60&page=2", 0, 0, 0, []string{"prev", "first"}},
		{"?per_page=0&page=-1", 30, 11, 128, []string{"next", "last"}},
	} {
		a := w.do("GET", "/app/installations"+test.query, sign(t, 0, claims()), "")
		got := decode[[]installed](w, a, 200)
		if len(got) != test.n || len(got) > 0 && (got[0].ID != test.first || got[len(got)-1].ID != test.last) {
			t.Errorf("%s: %d installations %v, want %d from %d to %d", test.query, len(got), got, test.n, test.first, test.last)
		}
		var rels []string
		for _, link := range strings.Split(a.header.Get("Link"), ", ") {
			if _, rel, ok := strings.Cut(link, `; rel="`); ok {
				rels = append(rels, strings.TrimSuffix(rel, `"`))
			}
		}
		if !slices.Equal(rels, test.rels) {
			t.Errorf("%s: Link = %q, want %q", test.query, a.header.Get("Link"), test.rels)
		}
	}
	w.conforms()
}

func TestApp(t *testing.T) {
	w := newWorld(t)
	got := decode[struct {
		ID    int64
		Slug  string
		Count int    `json:"installations_count"`
		URL   string `json:"html_url"`
	}](w, w.do("GET", "/app", sign(t, 0, claims()), ""), 200)
	if got.ID != appID || got.Slug != "octo-bot" || got.Count != 2 || got.URL != "https://github.com/apps/octo-bot" {
		t.Errorf("app = %+v", got)
	}
	w.refuses(w.do("POST", "/app-manifests/code/conversions", "", ""), 404, "Not Found")
	w.conforms()
}
