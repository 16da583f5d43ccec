package refresh

import (
	"crypto/rsa"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// storeFor puts a token with that much life left into an app's file.
func (s *site) storeFor(app App, owner string, left time.Duration) {
	s.Helper()
	t := mint.Token{Value: "ghs_canary", CreatedAt: now.Add(left - time.Hour), ExpiresAt: now.Add(left)}
	if err := writeToken(app, Stored{Token: t, Owner: owner}); err != nil {
		s.Fatal(err)
	}
}

// picks fails the test unless the app with that name is picked, or none if it is "".
func (s *site) picks(apps []App, repository, want string) {
	s.Helper()
	owner, name, _ := strings.Cut(repository, "/")
	app, ok, err := s.r.ForRepository(s.Context(), apps, owner, name)
	if err != nil || app.Name != want || ok != (want != "") {
		s.Errorf("%s: got app %q, %v, %v, want %q", repository, app.Name, ok, err, want)
	}
}

// Where the owners are known, the app is picked without a word to GitHub.
func TestForRepository(t *testing.T) {
	s := newSite(t, "main", "a", "narrow", "old", "named")
	apps := s.apps()
	byName := map[string]*App{}
	for i := range apps {
		byName[apps[i].Name] = &apps[i]
	}
	byName["narrow"].Repositories = []string{"hello", ".github"}
	byName["named"].Installation = "acme/site"
	s.storeFor(*byName["main"], "octo-org", time.Hour)
	s.storeFor(*byName["a"], "Mona", time.Minute)
	s.storeFor(*byName["narrow"], "octo-org", time.Hour)
	s.storeFor(*byName["old"], "gone", -time.Minute)
	for repository, want := range map[string]string{
		"octo-org/world":   "main",
		"octo-org/hello":   "narrow",
		"OCTO-org/Hello":   "narrow",
		"octo-org/.github": "narrow",
		"mona/hello":       "a",
		"gone/hello":       "old",
		"acme/other":       "named",
		"nobody/hello":     "",
		"octo-org2/hello":  "",
	} {
		s.picks(apps, repository, want)
	}
	s.picks([]App{*byName["narrow"]}, "octo-org/world", "")
	if n := len(s.github.Requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// Of several apps on one account, the name of an installation decides, then
// GitHub, which is asked for those that nothing else tells apart.
func TestForRepositoryAmongSeveral(t *testing.T) {
	s := newSite(t, "main", "named", "other", "twin")
	apps := s.apps()
	for i, of := range []struct{ installation, repository string }{
		{"octo-org/hello", "octo-org/hello"},
		{"octo-org/world", "octo-org/world"},
		{"octo-org", "octo-org/third"},
		{"octo-org", "octo-org/fourth"},
	} {
		apps[i].Issuer, apps[i].Installation = fmt.Sprint(appID+i), of.installation
		key, _ := githubtest.Key(0)
		if i > 0 {
			s.github.AddApp(githubtest.App{ID: int64(appID + i), Slug: "octo-bot", Keys: []*rsa.PublicKey{&key.PublicKey}})
		}
		s.github.AddInstallation(githubtest.Installation{ID: int64(firstInst + i), AppID: int64(appID + i), Owner: "octo-org", Repositories: []string{of.repository}})
	}
	s.picks(apps, "octo-org/hello", apps[0].Name)
	s.picks(apps, "Octo-org/World", apps[1].Name)
	if n := len(s.github.Requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
	s.picks(apps, "octo-org/third", apps[2].Name)
	s.picks(apps, "octo-org/fourth", apps[3].Name)
	s.picks(apps, "octo-org/nowhere", apps[0].Name)

	// The key to rotate to may be the only one that GitHub still knows, or not yet.
	next, nextPEM := githubtest.Key(1)
	s.write("next.pem", string(nextPEM))
	apps[3].NextKey = keysource.Source{File: s.path("next.pem")}
	s.picks(apps, "octo-org/fourth", apps[3].Name)
	s.github.SetKeys(appID+3, &next.PublicKey)
	s.picks(apps, "octo-org/fourth", apps[3].Name)

	// An installation that is no more has no repositories.
	apps[3].InstallationID++
	s.picks(apps, "octo-org/fourth", apps[0].Name)
	apps[3].InstallationID--

	// What GitHub does not say keeps nobody waiting for long.
	s.github.Fail(-1, "", githubtest.Refuse(429, "Too Many Requests", "Retry-After", "60"))
	s.picks(apps, "octo-org/fourth", apps[0].Name)

	// Two apps on one installation are alike to GitHub, which is not asked.
	apps[2].InstallationID = apps[3].InstallationID
	s.github.Reset()
	s.picks(apps[2:], "octo-org/fourth", apps[2].Name)
	if n := len(s.github.Requests()); n != 0 {
		t.Errorf("%d requests for two apps on one installation, want none", n)
	}
}

// An owner that is not known is asked for, once no other app fits.
func TestForRepositoryLearnsOwners(t *testing.T) {
	s := newSite(t, "main", "foreign", "none")
	apps := s.apps()
	for i, owner := range []string{"octo-org", "mona", "acme"} {
		s.github.AddInstallation(githubtest.Installation{ID: int64(firstInst + i), AppID: appID, Owner: owner, Repositories: []string{owner + "/hello"}})
	}
	res := s.r.Run(t.Context(), apps[1:2], false)[0]
	if err := writeToken(apps[1], Stored{Token: res.Token.Token}); err != nil { // as another tool writes it
		t.Fatal(err)
	}
	s.storeFor(apps[0], "octo-org", time.Hour)
	s.github.Reset()
	s.picks(apps, "octo-org/hello", "main")
	if n := len(s.github.Requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
	s.picks(apps, "mona/hello", "foreign")
	s.picks(apps, "acme/hello", "none")
	s.mints(1) // for the app that had no token
	s.picks(apps, "nobody/hello", "")
	s.mints(1)

	// A token for another installation says nothing about this one.
	apps[0].InstallationID = firstInst + 2
	s.picks(apps[:1], "octo-org/hello", "")
	s.picks(apps[:1], "acme/hello", "main")
}

// An app that fails holds back no other, and is told of only where it may have been
// the one.
func TestForRepositoryWithAFailingApp(t *testing.T) {
	s := newSite(t, "main", "broken")
	apps := s.apps()
	s.storeFor(apps[0], "octo-org", time.Hour)
	s.github.SetSuspended(firstInst+1, true)
	s.picks(apps, "octo-org/hello", "main")
	app, ok, err := s.r.ForRepository(t.Context(), apps, "mona", "hello")
	if ok || err == nil || !strings.HasPrefix(err.Error(), "broken: ") {
		t.Errorf("got %v, %v, %v, want the error of the app broken", app.Name, ok, fmt.Sprint(err))
	}
}
