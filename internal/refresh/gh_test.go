package refresh

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// record leaves what gh and everyone who looks into /proc can see.
const record = `
printf '%s\n' "$@" >$OUT/argv
env >$OUT/env
cat /proc/$$/cmdline /proc/$PPID/cmdline /proc/$PPID/environ | tr '\0' '\n' >$OUT/proc
ls -l /proc/$$/fd >$OUT/fd
flock --nonblock ` + "$LOCK" + ` true && echo free >$OUT/lock || echo held >$OUT/lock
cat >$OUT/stdin
`

func TestGHIsGivenTheToken(t *testing.T) {
	s := newGHSite(t, record)
	s.github.TokenFormat = githubtest.Stateless
	s.r.Env = append(s.r.Env, "LOCK="+s.path(".ghauth.lock"), "GH_CONFIG_DIR=/kept")
	res := s.ok(false)[0]
	if res.GHErr != nil {
		t.Fatal(res.GHErr)
	}
	s.goodToken(res)
	s.told(res.Token.Value)
	s.holds(".ghauth.lock", "github-token.env", "github-token.gh")
	if info, err := os.Stat(s.path("github-token.gh")); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	if got, want := s.saw("argv"), "auth\nlogin\n--hostname\ngithub.localhost\n--with-token\n--insecure-storage\n"; got != want {
		t.Errorf("argv = %q, want %q", got, want)
	}
	if got := s.saw("lock"); got != "held\n" {
		t.Errorf("while gh was at work, the lock was %s", got)
	}
	if strings.Contains(s.saw("fd"), ".ghauth.lock") {
		t.Error("gh has the lock's file open, and so would what it leaves behind")
	}
	for _, name := range []string{"argv", "env", "proc", "fd"} {
		if strings.Contains(s.saw(name), res.Token.Value.Reveal()) {
			t.Errorf("the token is in gh's %s", name)
		}
	}
	if strings.Contains(s.saw("env"), "ghs_shadow") {
		t.Error("gh's environment holds the token that shadows its login")
	}
	for _, want := range []string{"GH_CONFIG_DIR=/kept", "GH_PROMPT_DISABLED=1", "GH_TELEMETRY=false"} {
		if !slices.Contains(strings.Split(s.saw("env"), "\n"), want) {
			t.Errorf("gh's environment lacks %s", want)
		}
	}
}

func TestGHIsToldOnce(t *testing.T) {
	s := newGHSite(t, keeps)
	s.told(s.ok(false)[0].Token.Value)
	s.gh("exit 1")
	if err := os.Remove(s.path(".ghauth.lock")); err != nil {
		t.Fatal(err)
	}
	if res := s.ok(false)[0]; res.GHErr != nil {
		t.Error(res.GHErr)
	}
	s.mints(1)
	s.holds("github-token.env", "github-token.gh")
}

func TestGHIsLeftAlone(t *testing.T) {
	s := newGHSite(t, "touch $OUT/ran")
	s.write("github-app.env", strings.Replace(s.read("github-app.env"), "GHAUTH_GH_LOGIN='true'", "GHAUTH_GH_LOGIN='false'", 1))
	s.ok(false)
	if s.exists("ran") {
		t.Error("gh was run for an app that does not log it in")
	}
	s.holds(".ghauth.lock", "github-token.env")
}

func TestGHEnvHasNoToken(t *testing.T) {
	gone := []string{"GH_TOKEN=x", "GITHUB_TOKEN=x", "GH_ENTERPRISE_TOKEN=x", "GITHUB_ENTERPRISE_TOKEN=x", "GH_HOST=x", "GH_DEBUG=api", "DEBUG=api"}
	kept := []string{"HOME=/h", "GH_TOKENS=x", "XGH_TOKEN=x", "GH_CONFIG_DIR=/c"}
	env := slices.Concat(gone, kept)
	got := ghEnv(env)
	for _, v := range gone {
		if slices.Contains(got, v) {
			t.Errorf("%s is kept", v)
		}
	}
	for _, v := range kept {
		if !slices.Contains(got, v) {
			t.Errorf("%s is gone", v)
		}
	}
	if !slices.Equal(env, slices.Concat(gone, kept)) {
		t.Error("the caller's environment was changed")
	}
}

func TestGHWithoutTheFlag(t *testing.T) {
	s := newGHSite(t, `case "$*" in *--insecure-storage*) echo 'unknown flag: --insecure-storage' >&2; exit 1;; esac
printf '%s\n' "$@" >$OUT/argv
cat >$OUT/stdin`)
	res := s.ok(false)[0]
	if res.GHErr != nil {
		t.Fatal(res.GHErr)
	}
	s.told(res.Token.Value)
	if got, want := s.saw("argv"), "auth\nlogin\n--hostname\ngithub.localhost\n--with-token\n"; got != want {
		t.Errorf("argv = %q, want %q", got, want)
	}
}

// fails fails the test unless gh's failure is told in these words, briefly.
func (s *ghSite) fails(res Result, want string) {
	s.Helper()
	var failed *GHError
	if !errors.As(res.GHErr, &failed) || !strings.HasPrefix(failed.Reason, want) || failed.Remedy == "" {
		s.Fatalf("%v, want a GHError: %s", res.GHErr, want)
	}
	if n := len(failed.Error()); n > 1000 {
		s.Errorf("the error has %d bytes, want at most 1000", n)
	}
	if secret := res.Token.Value.Reveal(); strings.Contains(failed.Error(), secret[8:20]) {
		s.Errorf("the error has more of %s than its prefix: %s", res.Token.Value, failed)
	}
}

// Fault: gh-fails
func TestGHFailsAndIsRepaired(t *testing.T) {
	s := newGHSite(t, `echo "bad $(cat)" >&2; echo x >>$OUT/tries; exit 1`)
	res := s.run(false)[0]
	s.goodToken(res)
	s.fails(res, "gh auth login failed: exit status 1: bad "+res.Token.Value.String())
	if got := s.saw("tries"); got != "x\n" {
		t.Errorf("gh was tried %d times, want once", strings.Count(got, "x"))
	}
	s.holds(".ghauth.lock", "github-token.env", "github-token.gh")
	s.gh("cat >$OUT/stdin")
	if again := s.ok(false)[0]; again.Minted || again.GHErr != nil || again.Token != res.Token {
		t.Errorf("result = %+v, want the same token and gh told", again)
	}
	s.told(res.Token.Value)
	s.mints(1)
}

func TestGHSilentFailure(t *testing.T) {
	s := newGHSite(t, "exit 4")
	res := s.run(false)[0]
	if got, want := res.GHErr.Error(), "gh auth login failed: exit status 4"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Fault: gh-fails
func TestGHPrintsAMegabyte(t *testing.T) {
	for _, format := range []githubtest.TokenFormat{githubtest.Classic, githubtest.Stateless} {
		s := newGHSite(t, `token=$(cat); yes "$token $token" | head -c 1000000; exit 1`)
		s.github.TokenFormat = format
		res := s.run(false)[0]
		s.goodToken(res)
		s.fails(res, "gh auth login failed: exit status 1: ")
	}
}

// Fault: gh-missing
func TestGHMissing(t *testing.T) {
	s := newGHSite(t, "")
	t.Setenv("PATH", t.TempDir())
	res := s.run(false)[0]
	s.goodToken(res)
	s.fails(res, "gh is not installed")
	s.holds(".ghauth.lock", "github-token.env")
}

// The stamp is about one token at one host.
func TestGHStampOfAnotherIsIgnored(t *testing.T) {
	for name, stamp := range map[string]string{
		"another host":      hourToken.Value.SHA256() + " github.com told - DIR\n",
		"another token":     strings.Repeat("0", 64) + " github.localhost told - DIR\n",
		"another directory": hourToken.Value.SHA256() + " github.localhost told - /elsewhere\n",
		"cut off":           hourToken.Value.SHA256() + " github.localhost telling - DIR\n",
		"damaged":           "\x00",
	} {
		s := newGHSite(t, "cat >$OUT/stdin")
		stamp = strings.Replace(stamp, "DIR", GHConfigDir(s.r.Env), 1)
		s.store(hourToken.Value.Reveal(), time.Hour)
		s.write("github-token.gh", stamp)
		if res := s.ok(false)[0]; res.Minted || res.GHErr != nil {
			t.Errorf("%s: %+v, want the token kept and gh told", name, res)
		}
		s.told(hourToken.Value)
		s.mints(0)
	}
}
