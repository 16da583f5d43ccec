package refresh

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
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
