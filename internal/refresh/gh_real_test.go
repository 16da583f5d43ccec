package refresh

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// gh talks plain HTTP to api.github.localhost for the host github.localhost
// alone, and always to port 80.
func TestRealGH(t *testing.T) {
	if os.Getenv(hostVar) == "" {
		testneed.Program(t, "gh")
	}
	if !inHost(t, testhost.Config{NoManager: true}) {
		return
	}
	s := newSite(t, "main")
	_, stop, err := s.github.Listen("127.0.0.1:80")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	s.write("github-app.env", strings.NewReplacer(
		"GHAUTH_GH_LOGIN='false'", "GHAUTH_GH_LOGIN='true'",
		s.apps()[0].APIURL, "http://api.github.localhost",
	).Replace(s.read("github-app.env")))
	s.github.TokenFormat = githubtest.Stateless

	first := s.login("", false)
	second := s.login("ghs_shadow", true)
	if first == second {
		t.Error("both logins have the same token")
	}
	if err := s.r.LogOutGH(t.Context(), s.path("github-token.gh")); err != nil {
		t.Fatal(err)
	}
	if out, err := s.tryGH("auth", "token", "--hostname", "github.localhost"); err == nil || strings.Contains(out, second) {
		t.Errorf("after the logout gh still has a token: %v", err)
	}
}

// login refreshes with GH_TOKEN set, checks what gh makes of it, and gives the
// token.
func (s *site) login(shadow string, force bool) string {
	s.Helper()
	s.r.Env = append(os.Environ(), "GH_TOKEN="+shadow)
	res := s.ok(force)[0]
	if !res.Minted || res.GHErr != nil {
		s.Fatalf("minted %t, %v, want a new token that gh has", res.Minted, res.GHErr)
	}
	token := res.Token.Value.Reveal()
	if got := strings.TrimSpace(s.gh("auth", "token", "--hostname", "github.localhost")); got != token {
		s.Errorf("gh has %.8s…, want %s", got, res.Token.Value)
	}
	if out := s.gh("auth", "status", "--hostname", "github.localhost"); !strings.Contains(out, "octo-bot[bot]") {
		s.Errorf("gh auth status does not name the app:\n%s", out)
	}
	if out := s.gh("api", "/installation/repositories", "--hostname", "github.localhost"); !strings.Contains(out, "octo-org/hello") {
		s.Errorf("gh api does not list the repository:\n%s", out)
	}
	return token
}

func (s *site) gh(args ...string) string {
	s.Helper()
	out, err := s.tryGH(args...)
	if err != nil {
		s.Fatalf("gh %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// tryGH runs gh as it finds itself in a timer: without a token or a terminal.
func (s *site) tryGH(args ...string) (string, error) {
	cmd := exec.CommandContext(s.Context(), "gh", args...)
	cmd.Env = ghEnv(os.Environ())
	out, err := cmd.CombinedOutput()
	return string(out), err
}
