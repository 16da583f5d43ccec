package refresh

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A ghSite is a site whose default app logs gh in, and gh a shell script.
type ghSite struct {
	*site
	out string // the directory $OUT, where the script leaves what it saw
}

func newGHSite(t *testing.T, script string) *ghSite {
	t.Helper()
	s := &ghSite{newSite(t, "main"), t.TempDir()}
	s.write("github-app.env", strings.Replace(s.read("github-app.env"), "GHAUTH_GH_LOGIN='false'", "GHAUTH_GH_LOGIN='true'", 1))
	t.Setenv("OUT", s.out)
	t.Setenv("GH_TOKEN", "ghs_shadow")
	t.Setenv("PATH", t.TempDir()+":"+os.Getenv("PATH"))
	t.Setenv("GH_CONFIG_DIR", t.TempDir())
	s.r.Env = os.Environ()
	s.gh(script)
	return s
}

// keeps is what a script does that keeps the login as gh does: in hosts.yml.
const keeps = `printf 'github.localhost:\n    oauth_token: %s\n' "$(tee $OUT/stdin)" >$GH_CONFIG_DIR/hosts.yml`

// gh replaces the script. What it does with $1 is its own affair.
func (s *ghSite) gh(script string) {
	s.Helper()
	dir, _, _ := strings.Cut(os.Getenv("PATH"), ":")
	if err := os.WriteFile(filepath.Join(dir, "gh"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		s.Fatal(err)
	}
}

// saw gives what the script left in $OUT.
func (s *ghSite) saw(name string) string {
	s.Helper()
	data, err := os.ReadFile(filepath.Join(s.out, name))
	if err != nil {
		s.Fatal(err)
	}
	return string(data)
}

func (s *ghSite) exists(name string) bool {
	_, err := os.Stat(filepath.Join(s.out, name))
	return err == nil
}

// timed runs with a time limit, and tells how long that took.
func (s *ghSite) timed(limit time.Duration) (Result, time.Duration) {
	s.Helper()
	apps := s.apps()
	apps[0].Timeout = limit
	start := time.Now()
	res := s.r.Run(s.Context(), apps, false)[0]
	return res, time.Since(start)
}

// goodToken fails the test unless the file holds the result's token, which is
// new, whatever became of gh.
func (s *ghSite) goodToken(res Result) {
	s.Helper()
	stored, err := ReadToken(s.path("github-token.env"))
	if res.Err != nil || !res.Minted || err != nil || stored != res.Token.Token {
		s.Errorf("result = %+v, stored %+v, %v, want a new token in both", res, stored, err)
	}
}

// told fails the test unless gh was given the token, and that is noted.
func (s *ghSite) told(token mint.Secret) {
	s.Helper()
	if got, want := s.saw("stdin"), token.Reveal()+"\n"; got != want {
		s.Errorf("gh was given %q, want %q", got, want)
	}
	if got := readStamp(s.path("github-token.gh")); got.token != token.SHA256() || got.host != "github.localhost" || got.state != told {
		s.Errorf("noted %+v, want that gh was told %s", got, token.SHA256())
	}
}

// ended waits until the process whose id the script left is gone.
func (s *ghSite) ended(name string) {
	s.Helper()
	until(s.T, "the child "+name+" is gone", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid(name)))
		// A zombie is for PID 1 to reap.
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}

func (s *ghSite) pid(name string) (pid int) {
	s.Helper()
	if _, err := fmt.Sscan(s.saw(name), &pid); err != nil {
		s.Fatal(err)
	}
	return pid
}

// kill ends a process that a script left on purpose.
func (s *ghSite) kill(name string) {
	if s.exists(name) {
		_ = syscall.Kill(s.pid(name), syscall.SIGKILL)
	}
}
