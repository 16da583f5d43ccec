package refresh

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"golang.org/x/sys/unix"
)

// Fault: wrong-app, suspended, no-installation, rate-limit, not-granted, github-down, cut-answer, captive-portal, odd-token, odd-expiry, loose-key, no-plain-file
func TestFailedMintKeepsTheOldToken(t *testing.T) {
	tests := []struct {
		name string
		make func(*site) error
		want mint.Kind
	}{
		{"suspended", func(s *site) error { s.github.SetSuspended(firstInst, true); return nil }, mint.Denied},
		{"wrong key", func(s *site) error {
			other, _ := githubtest.Key(1)
			s.github.SetKeys(appID, &other.PublicKey)
			return nil
		}, mint.Denied},
		{"uninstalled", func(s *site) error { s.github.RemoveInstallation(firstInst); return nil }, mint.Denied},
		{"too narrow", func(s *site) error {
			s.github.Fail(-1, "", githubtest.Refuse(422, "The permissions requested are not granted to this installation."))
			return nil
		}, mint.Denied},
		{"rate limit", func(s *site) error {
			s.github.Fail(-1, "", githubtest.Refuse(429, "Too Many Requests", "Retry-After", "60"))
			return nil
		}, mint.Temporary},
		{"down", soon(githubtest.Refuse(502, "Server Error")), mint.Temporary},
		{"captive portal", soon(answers("text/html", "<html>")), mint.Temporary},
		{"cut off", soon(answers("application/json", `{"token":"ghs_`)), mint.Temporary},
		{"empty token", soon(answers("application/json", `{"token":"","expires_at":"2026-06-01T13:00:00Z"}`)), mint.Temporary},
		{"two lines", soon(answers("application/json", `{"token":"`+answeredToken+`\nPATH=.","expires_at":"2026-06-01T13:00:00Z"}`)), mint.Temporary},
		{"dead already", soon(answers("application/json", `{"token":"`+answeredToken+`","expires_at":"2026-06-01T12:00:00Z"}`)), mint.Temporary},
		{"no key", func(s *site) error { return os.Remove(s.path("github-app.pem")) }, mint.BadSetup},
		{"loose key", func(s *site) error { return os.Chmod(s.path("github-app.pem"), 0o644) }, mint.BadSetup},
		{"key is a FIFO", func(s *site) error {
			return errors.Join(os.Remove(s.path("github-app.pem")), unix.Mkfifo(s.path("github-app.pem"), 0o600))
		}, mint.BadSetup},
		{"no CA", func(s *site) error {
			s.write("github-app.env", s.read("github-app.env")+"GITHUB_CA_FILE='/nowhere'\n")
			return nil
		}, mint.BadSetup},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "main")
			s.store("ghs_canary", time.Minute)
			if err := tt.make(s); err != nil {
				t.Fatal(err)
			}
			s.losesNothing(tt.want, func() Result { return s.run(false)[0] })
		})
	}
}

// Root alone can make a file another user's.
//
// Fault: foreign-key
func TestForeignKeyKeepsTheOldToken(t *testing.T) {
	testneed.Root(t)
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	const nobody = 65534
	if err := os.Chown(s.path("github-app.pem"), nobody, -1); err != nil {
		t.Fatal(err)
	}
	res := s.losesNothing(mint.BadSetup, func() Result { return s.run(false)[0] })
	if !strings.Contains(fmt.Sprint(res.Err), "belongs to uid 65534, not to 0") {
		t.Errorf("the error is %v", res.Err)
	}
	s.mints(0)
}

// soon has GitHub fail so, in a run that has no time to try it again for long.
func soon(fault http.HandlerFunc) func(*site) error {
	return func(s *site) error {
		s.github.Fail(-1, "", fault)
		s.write("github-app.env", strings.Replace(s.read("github-app.env"), "'10s'", "'500ms'", 1))
		return nil
	}
}

// answeredToken is in answers that are refused.
const answeredToken = "ghs_0000000000000000"

// answers is a fault: a mint's answer to the letter.
func answers(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(body))
	}
}

func TestExpiredTokenIsNoResult(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", 0)
	s.github.SetSuspended(firstInst, true)
	if res := s.run(false)[0]; res.Err == nil || res.Token != (Stored{}) {
		t.Errorf("result = %+v, want an error and no token", res)
	}
}

// Fault: told-to-end
func TestCancelledMintLeavesNothing(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	s.github.Fail(1, "", githubtest.Hang)
	ctx, cancel := context.WithCancel(t.Context())
	res := s.losesNothing(mint.Temporary, func() Result {
		results := make(chan Result)
		go func() { results <- s.r.Run(ctx, s.apps(), false)[0] }()
		until(t, "the run mints", s.asked)
		cancel()
		return <-results
	})
	if !errors.Is(res.Err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", res.Err)
	}
	s.ok(false)
}

// Fault: slow-answer
func TestRunIsBounded(t *testing.T) {
	s := newSite(t, "main")
	s.github.Fail(-1, "", githubtest.Hang)
	apps := s.apps()
	apps[0].Timeout = 200 * time.Millisecond
	start := time.Now()
	if res := s.r.Run(t.Context(), apps, false)[0]; !errors.Is(res.Err, context.DeadlineExceeded) {
		t.Errorf("%v, want context.DeadlineExceeded", res.Err)
	}
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("took %s, want 200ms", took)
	}
}

// No file may grow (setrlimit(2)), as on a full disk. The limit is for a
// process of its own: go test writes a log.
//
// Fault: disk-full
func TestFailedWriteKeepsTheOldToken(t *testing.T) {
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	before := s.read("github-token.env")
	cmd := exec.Command("sh", "-c", `ulimit -f 0; exec "$0"`, "/proc/"+strconv.Itoa(os.Getpid())+"/exe")
	cmd.Env = append(os.Environ(), runVar+"="+s.r.Dir)
	out, err := cmd.CombinedOutput()
	if want := "cannot write in " + s.r.Dir + ": "; err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("%v: %s, want %s", err, out, want)
	}
	if got := s.read("github-token.env"); got != before {
		t.Errorf("the token file became:\n%s", got)
	}
	s.holds(".ghauth.lock", "github-token.env")
	s.mints(1)
}

// Fault: killed-mint
func TestLeftoversAreSwept(t *testing.T) {
	s := newSite(t, "main")
	s.write(".github-token.env123456", "GITHUB_TOKEN=ghs_half")
	s.ok(false)
	s.holds(".ghauth.lock", "github-token.env")
}

// A revocation takes away what was left, too; but not while another run is at work,
// which may have only just begun to write it.
func TestRevocationSweepsLeftovers(t *testing.T) {
	s := newSite(t, "main")
	left := []string{".github-token.earlier123456", ".lockdown123456"}
	leave := func() {
		for _, name := range left {
			s.write(name, "half")
		}
	}
	leave()
	unlock, err := Lock(t.Context(), s.r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var busy *BusyError
	if _, err := s.r.Lockdown(soon, s.apps()); !errors.As(err, &busy) {
		t.Fatalf("%v, want a BusyError", err)
	}
	s.holds(".ghauth.lock", left[0], left[1], "lockdown")
	unlock()
	for _, revoke := range []func(context.Context, []App) ([]Result, error){s.r.Lockdown, s.r.RevokeStored, s.r.Resume} {
		leave()
		if _, err := revoke(t.Context(), s.apps()); err != nil {
			t.Fatal(err)
		}
		for _, name := range left {
			if _, err := os.Lstat(s.path(name)); err == nil {
				t.Errorf("%s is left", name)
			}
		}
	}
}
