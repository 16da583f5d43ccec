package refresh

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// A simWorld is a host and GitHub for months, on a clock that does not wait for
// anybody (testing/synctest). The host runs the real code, as often as its timer
// says, on real files, with the times that the smallest spec gives; the timer and
// what happens are simulated, and so is the network: requests are handed to the
// stand-in.
type simWorld struct {
	t      *testing.T
	fate   fate
	random *rand.Rand
	timer  simTimer
	dir    string
	github *githubtest.Server

	boot    time.Time
	minted  time.Time // when the newest token at GitHub dies
	peace   time.Time // until when there is no spite
	expires time.Time // when the stored token dies, by GitHub's clock
	dead    []stretch // when it was dead
	failed  []stretch // from runs that were ended by something else to the next tick
}

const simSpec = `app "takopi" {
  app_id          = 1234
  installation_id = 11
  private_key     = "/key.pem"
}
gh { enabled = false }
takopi { enabled = false }
`

// simulate lets a host live through what fate has for it, with a first token.
func simulate(t *testing.T, f fate, random *rand.Rand) *simWorld {
	t.Helper()
	s, err := spec.Parse("ghauth.hcl", []byte(simSpec), spec.Inputs{Home: "/home/u"})
	if err != nil {
		t.Fatal(err)
	}
	s.Paths.ConfigDir = filepath.Join(inMemory(t), "takopi")
	state, err := units.Desired(s, units.Site{Home: "/home/u"})
	if err != nil {
		t.Fatal(err)
	}
	key, pem := githubtest.Key(0)
	w := &simWorld{t: t, fate: f, random: random, dir: s.Paths.ConfigDir, github: githubtest.New()}
	w.put("github-app.pem", pem)
	for _, file := range state.Files {
		switch file.Path {
		case filepath.Join(w.dir, "github-app.env"):
			w.put("github-app.env", file.Content)
		case filepath.Join(s.Paths.UnitDir, units.Timer):
			w.timer = readTimer(t, string(file.Content))
		}
	}
	w.timer.random = random
	w.github.AddApp(githubtest.App{ID: 1234, Slug: "octo-bot", Keys: []*rsa.PublicKey{&key.PublicKey}})
	w.github.AddInstallation(githubtest.Installation{ID: 11, AppID: 1234, Owner: "octo-org", Repositories: []string{"octo-org/hello"}})
	synctest.Test(t, func(*testing.T) { w.live() })
	for _, v := range w.github.Violations() {
		t.Errorf("violation: %s", v)
	}
	return w
}

// inMemory makes a directory where fsync(2), of which there are thousands, costs nothing.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "never-late-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (w *simWorld) put(name string, data []byte) {
	w.t.Helper()
	if err := errors.Join(os.MkdirAll(w.dir, 0o700), os.WriteFile(filepath.Join(w.dir, name), data, 0o600)); err != nil {
		w.t.Fatal(err)
	}
}

// live is the host's life: it sleeps, is told the time, or runs what its timer runs.
func (w *simWorld) live() {
	w.fate = w.fate.from(time.Now())
	w.boot = time.Now()
	w.timer.boot(w.boot)
	for time.Now().Before(w.fate.end) {
		now := time.Now()
		tick := w.timer.next(now, w.fate.ahead(now))
		sleep, sleeps := w.fate.sleepAfter(now)
		switch at := w.fate.stepAfter(now); {
		case sleeps && !sleep.from.After(tick) && !at.Before(sleep.from):
			time.Sleep(time.Until(sleep.to))
			if sleep.reboot {
				w.boot = time.Now()
				w.timer.boot(w.boot)
			}
		case at.Before(tick):
			time.Sleep(time.Until(at))
		default:
			time.Sleep(time.Until(tick))
			w.tick(sleep)
		}
	}
	w.stored(time.Time{})
}

// tick is one run of the timer's service, by a process that knows nothing of the one
// before. A reboot ends it.
func (w *simWorld) tick(next sleep) {
	now := time.Now()
	w.timer.elapse(now, w.fate.ahead(now))
	if w.random.Float64() < w.fate.failing {
		w.failed = append(w.failed, stretch{now, now.Add(w.timer.every + w.timer.delay + w.timer.accuracy)})
		return
	}
	ctx := context.Background()
	if next.reboot {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, next.from)
		defer cancel()
	}
	apps, errs := Apps(w.dir)
	if len(errs) > 0 || len(apps) != 1 {
		w.t.Fatalf("%d apps, %v", len(apps), errs)
	}
	apps[0].uptime = func() uptime { return uptime{fmt.Sprint("boot-", w.boot.Unix()), time.Since(w.boot)} }
	client, err := mint.NewClient(apps[0].APIURL, "", "test", w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &Refresher{Dir: w.dir, Now: w.now}
	r.clients.of = map[[2]string]*mint.Client{{apps[0].APIURL, ""}: client.WithTransport(w)}
	switch res := r.Run(ctx, apps, false)[0]; {
	case res.Err == nil && res.Minted:
		w.stored(w.minted)
	case res.Err != nil && !mint.IsTemporary(res.Err) && ctx.Err() == nil:
		w.t.Errorf("after %s: %v", time.Since(w.fate.begin), res.Err)
	}
}

// stored notes that there is a new token, and for how long the one before was dead.
func (w *simWorld) stored(expires time.Time) {
	if now := time.Now(); !w.expires.IsZero() && w.expires.Before(now) {
		w.dead = append(w.dead, stretch{w.expires, now})
	}
	w.expires = expires
}

// now is what the host takes for the time.
func (w *simWorld) now() time.Time {
	now := time.Now().Round(0)
	return now.Add(w.fate.ahead(now))
}

// RoundTrip is the network, as it is just then.
func (w *simWorld) RoundTrip(r *http.Request) (*http.Response, error) {
	mints := strings.HasSuffix(r.URL.Path, "/access_tokens")
	if now := time.Now(); mints && w.fate.spite > 0 && !now.Before(w.peace) && !w.expires.IsZero() {
		w.peace = now.Add(w.fate.spite + 2*time.Hour)
		w.fate.outages = append(w.fate.outages, outage{stretch{now, now.Add(w.fate.spite)}, later})
	}
	switch w.fate.outage(time.Now()) {
	case refused:
		return nil, syscall.ECONNREFUSED
	case silent: // until the dialer has had enough
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(10 * time.Second):
			return nil, syscall.ETIMEDOUT
		}
	case broken:
		return answered(githubtest.Refuse(http.StatusBadGateway, "Server Error"), r), nil
	case limited:
		return answered(githubtest.Refuse(http.StatusTooManyRequests, "Too Many Requests", "Retry-After", "60"), r), nil
	case later:
		return answered(githubtest.Refuse(http.StatusServiceUnavailable, "Service Unavailable", "Retry-After", "120"), r), nil
	}
	time.Sleep(time.Duration(w.random.Int64N(int64(time.Second))))
	if mints {
		w.minted = time.Now().Add(time.Hour).Truncate(time.Second)
	}
	return answered(w.github, r), nil
}

func answered(h http.Handler, r *http.Request) *http.Response {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Result()
}
