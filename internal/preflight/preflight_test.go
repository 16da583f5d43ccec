package preflight

import (
	"crypto/rsa"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestRun(t *testing.T) {
	key, _ := githubtest.Key(0)
	other, _ := githubtest.Key(1)
	for _, tt := range []struct {
		name    string
		change  func(*githubtest.Server, *Subject)
		want    string // name and result of each check
		details string // of the last one
		good    bool
	}{
		{"all well", func(*githubtest.Server, *Subject) {}, "key ok, app ok, clock ok, installation ok", "11 (octo-org)", true},
		{"by name", func(_ *githubtest.Server, s *Subject) { s.ID, s.Installation = 0, "octo-org" }, "key ok, app ok, clock ok, installation ok", "11 (octo-org)", true},
		{"narrowed", func(_ *githubtest.Server, s *Subject) {
			s.Permissions, s.Repositories = map[string]string{"contents": "read"}, []string{"hello", "Hello"}
		}, "key ok, app ok, clock ok, installation ok, permissions ok, repositories ok", "all 2", true},
		{"unknown key", func(_ *githubtest.Server, s *Subject) { s.Key = other }, "key ok, app failed", "could not be decoded", false},
		{"clock is off", func(g *githubtest.Server, _ *Subject) { g.Now = func() time.Time { return now.Add(10 * time.Minute) } },
			"key ok, app ok, clock warning, installation ok", "11 (octo-org)", true},
		{"no installation", func(_ *githubtest.Server, s *Subject) { s.ID = 99 }, "key ok, app ok, clock ok, installation failed", "11 (octo-org)", false},
		{"suspended", func(g *githubtest.Server, _ *Subject) { g.SetSuspended(11, true) }, "key ok, app ok, clock ok, installation failed", "suspended", false},
		{"less granted", func(_ *githubtest.Server, s *Subject) {
			s.Permissions = map[string]string{"contents": "write", "issues": "read"}
		}, "key ok, app ok, clock ok, installation ok, permissions failed", "not granted: issues: read", false},
		{"no such repository", func(_ *githubtest.Server, s *Subject) { s.Repositories = []string{"hello", "secret", "none"} },
			"key ok, app ok, clock ok, installation ok, repositories failed", "no access to secret, none", false},
		{"GitHub is down", func(g *githubtest.Server, _ *Subject) {
			g.Fail(-1, "GET", githubtest.Refuse(http.StatusBadGateway, ""))
		},
			"key ok, app not checked", "502", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := githubtest.New()
			g.Now = func() time.Time { return now }
			g.AddApp(githubtest.App{ID: 1234, Slug: "octo-bot", Keys: []*rsa.PublicKey{&key.PublicKey}})
			g.AddInstallation(githubtest.Installation{ID: 11, AppID: 1234, Owner: "octo-org",
				Permissions: map[string]string{"metadata": "read", "contents": "write"}, Repositories: []string{"octo-org/hello"}})
			s := Subject{Issuer: "1234", ID: 11, Key: key}
			tt.change(g, &s)
			url, stop, err := g.Listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			client, err := mint.NewClient(url, "", "test", func() time.Time { return now })
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			checks := Run(t.Context(), client, s)
			for _, c := range checks {
				got = append(got, c.Name+" "+string(c.Result))
				if (c.Fix == "") != (c.Result == OK) && c.Result != NotChecked {
					t.Errorf("%s: %s with the fix %q", c.Name, c.Result, c.Fix)
				}
			}
			if text := strings.Join(got, ", "); text != tt.want {
				t.Errorf("checks: %s, want %s", text, tt.want)
			}
			if last := checks[len(checks)-1].Detail; !strings.Contains(last, tt.details) {
				t.Errorf("the last says %q, want %q", last, tt.details)
			}
			if good(checks) != tt.good {
				t.Errorf("good = %t", !tt.good)
			}
			for _, v := range g.Violations() {
				t.Errorf("violation: %s", v)
			}
		})
	}
}

func TestManyRepositories(t *testing.T) {
	key, _ := githubtest.Key(0)
	g := githubtest.New()
	g.Now = func() time.Time { return now }
	g.AddApp(githubtest.App{ID: 1234, Keys: []*rsa.PublicKey{&key.PublicKey}})
	g.AddInstallation(githubtest.Installation{ID: 11, AppID: 1234, Owner: "octo-org", Repositories: []string{"octo-org/hello"}})
	url, stop, err := g.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	client, err := mint.NewClient(url, "", "test", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	s := Subject{Issuer: "1234", ID: 11, Key: key}
	for range maxRepositories + 5 {
		s.Repositories = append(s.Repositories, "hello")
	}
	checks := Run(t.Context(), client, s)
	if last := checks[len(checks)-1]; last.Result != NotChecked || !strings.Contains(last.Detail, "the first 30 of 35") || !good(checks) {
		t.Errorf("%+v, want that the rest is not checked", last)
	}
}

// good reports whether nothing stands in a mint's way, as far as was checked.
func good(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(c Check) bool { return c.Result == Failed })
}
