package refresh

import (
	"crypto/rsa"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// now is the time in the tests' world.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

const (
	appID     = 1234
	firstInst = 11 // the default app's; the others' follow
	renew     = 30 * time.Minute
)

// A site is a config directory with its apps, and the GitHub that they are on.
type site struct {
	*testing.T
	r      *Refresher
	github *githubtest.Server
}

// newSite makes a site whose first app is the default one.
func newSite(t *testing.T, names ...string) *site {
	t.Helper()
	key, pem := githubtest.Key(0)
	g := githubtest.New()
	g.Now = clock
	g.AddApp(githubtest.App{ID: appID, Slug: "octo-bot", Keys: []*rsa.PublicKey{&key.PublicKey}})
	url, stop, err := g.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		for _, v := range g.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	dir := filepath.Join(t.TempDir(), "takopi")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := &site{t, &Refresher{Dir: dir, Version: "test", Now: clock, Env: append(os.Environ(), "GH_CONFIG_DIR="+t.TempDir())}, g}
	s.write("github-app.pem", string(pem))
	for i, name := range names {
		s.addApp(i, name, url)
	}
	return s
}

// private makes a directory as the key directory is.
func private(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (s *site) addApp(i int, name, url string) {
	id := int64(firstInst + i)
	s.github.AddInstallation(githubtest.Installation{
		ID: id, AppID: appID, Owner: "octo-org", Repositories: []string{"octo-org/hello"},
	})
	file := "github-app-" + name + ".env"
	if i == 0 {
		file = "github-app.env"
	}
	s.write(file, fmt.Sprintf(`GITHUB_APP_NAME='%s'
GITHUB_APP_ID='%d'
GITHUB_APP_INSTALLATION_ID='%d'
GITHUB_APP_PRIVATE_KEY_PATH='%s'
GITHUB_API_URL='%s'
GITHUB_HOST='github.localhost'
GHAUTH_RENEW_WITHIN='%s'
GHAUTH_TIMEOUT='10s'
GHAUTH_GH_LOGIN='false'
`, name, appID, id, s.path("github-app.pem"), url, renew))
}

func (s *site) path(name string) string { return filepath.Join(s.r.Dir, name) }

// write writes a file of the directory as another tool would.
func (s *site) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *site) read(name string) string {
	s.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	return string(data)
}

func (s *site) apps() []App {
	s.Helper()
	apps, errs := Apps(s.r.Dir)
	if len(errs) > 0 {
		s.Fatal(errs)
	}
	return apps
}

// run refreshes all apps.
func (s *site) run(force bool) []Result {
	s.Helper()
	return s.r.Run(s.Context(), s.apps(), force)
}

// ok runs and fails the test unless every app has a usable token.
func (s *site) ok(force bool) []Result {
	s.Helper()
	results := s.run(force)
	for _, res := range results {
		if res.Err != nil || res.Token.Value == "" {
			s.Fatalf("app %s: token %s, %v", res.App.Name, res.Token.Value, res.Err)
		}
	}
	return results
}

// store puts a token with that much life left into the default app's file.
func (s *site) store(value string, left time.Duration) {
	s.Helper()
	t := mint.Token{Value: mint.Secret(value), CreatedAt: now.Add(left - time.Hour), ExpiresAt: now.Add(left)}
	if err := writeToken(s.apps()[0], Stored{Token: t}); err != nil {
		s.Fatal(err)
	}
}

// mints fails the test unless GitHub was asked for that many tokens.
func (s *site) mints(want int) {
	s.Helper()
	got := 0
	for _, r := range s.github.Requests() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/access_tokens") {
			got++
		}
	}
	if got != want {
		s.Errorf("GitHub was asked for %d tokens, want %d", got, want)
	}
}

// names lists the directory, less what every site has.
func (s *site) names() []string {
	s.Helper()
	entries, err := os.ReadDir(s.r.Dir)
	if err != nil {
		s.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "github-app") {
			names = append(names, e.Name())
		}
	}
	return names
}

// holds fails the test unless the directory holds these names besides.
func (s *site) holds(want ...string) {
	s.Helper()
	if got := s.names(); !slices.Equal(got, want) {
		s.Errorf("the directory holds %q, want %q", got, want)
	}
}
