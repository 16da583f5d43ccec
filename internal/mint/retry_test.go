package mint

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// Fault: rate-limit
func TestWaitAsAsked(t *testing.T) {
	reset := func(d time.Duration) []string {
		return []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", strconv.FormatInt(now.Add(d).Unix(), 10)}
	}
	after := func(d time.Duration) []string {
		return []string{"Retry-After", now.Add(d).Format(http.TimeFormat)}
	}
	for _, tt := range []struct {
		name    string
		status  int
		headers []string
		want    time.Duration
	}{
		{"Retry-After", 429, []string{"Retry-After", "7"}, 7 * time.Second},
		{"Retry-After at 403", 403, []string{"Retry-After", "7"}, 7 * time.Second},
		{"Retry-After at 503", 503, []string{"Retry-After", "7"}, 7 * time.Second},
		{"Retry-After before a reset", 429, append(reset(time.Minute), "Retry-After", "7"), 7 * time.Second},
		{"Retry-After beyond an hour", 429, []string{"Retry-After", "9223372036854775807"}, time.Hour},
		{"Retry-After of nothing", 429, []string{"Retry-After", "0"}, time.Minute},
		{"Retry-After below nothing", 429, []string{"Retry-After", "-1"}, time.Minute},
		{"Retry-After of no number", 503, []string{"Retry-After", "soon"}, time.Minute},
		{"Retry-After as a date", 429, after(90 * time.Second), 90 * time.Second},
		{"Retry-After as a date at 503", 503, after(7 * time.Second), 7 * time.Second},
		{"Retry-After as a date in the past", 429, after(-time.Hour), time.Second},
		{"Retry-After as a date in years", 429, after(10000 * time.Hour), time.Hour},
		{"reset", 403, reset(90 * time.Second), 90 * time.Second},
		{"reset now", 403, reset(0), time.Second},
		{"reset in the past", 429, reset(-time.Hour), time.Second},
		{"reset in years", 429, reset(10000 * time.Hour), time.Hour},
		{"reset of no number", 429, []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "soon"}, time.Minute},
		{"reset while some remain", 429, append(reset(90*time.Second), "X-RateLimit-Remaining", "9"), time.Minute},
		{"nothing", 429, nil, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.ahead = 20 * time.Second // a reset is told by GitHub's clock
			w.Fail(1, "", githubtest.Refuse(tt.status, "Slow down", tt.headers...))
			if _, err := w.mint(t); err != nil {
				t.Fatal(err)
			}
			if len(w.slept) != 1 || w.slept[0] != tt.want {
				t.Errorf("slept %v, want %v", w.slept, tt.want)
			}
			w.requested(t, 2)
		})
	}
}

// Fault: github-down
func TestBackoff(t *testing.T) {
	var total time.Duration
	for range 20 {
		w := newWorld(t)
		w.Fail(-1, "", githubtest.Refuse(502, "Server Error"))
		_, err := w.mint(t)
		wantError(t, err, Temporary, "502", "the timer")
		for i, d := range w.slept {
			if most := time.Second << i; d < 0 || d >= most {
				t.Errorf("slept %v before try %d, want less than %v", d, i+2, most)
			}
			total += d
		}
		w.requested(t, maxTries)
	}
	// On average 20 * (0.5 + 1 + 2) s: no hot loop.
	if total < 20*time.Second {
		t.Errorf("slept %v in all, want about 70 s", total)
	}
}

// Fault: github-down
func TestRecovers(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, "", githubtest.Refuse(503, "Service Unavailable"))
	w.Fail(1, "", reply(201, "application/json", `{"token":`))
	w.Fail(1, "", reply(200, "text/html", "<html>"))
	w.mustMint(t)
	w.requested(t, 4)
	w.conforms(t)
}

// A wait that ctx leaves no time for is not begun: the caller's time is its own.
//
// Fault: rate-limit, github-down
func TestNoTimeToWait(t *testing.T) {
	for _, tt := range []struct {
		name    string
		headers []string
		left    time.Duration
		slept   int
	}{
		{"too little", []string{"Retry-After", "60"}, 50 * time.Second, 0},
		{"enough", []string{"Retry-After", "60"}, 70 * time.Second, 3},
		{"no backoff either", nil, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithTimeout(t.Context(), tt.left)
			defer cancel()
			w.Fail(-1, "", githubtest.Refuse(503, "Service Unavailable", tt.headers...))
			key, _ := githubtest.Key(0)
			_, err := w.client.Mint(ctx, octo, key)
			wantError(t, err, Temporary, "GitHub", "the timer")
			if got := len(w.slept); got != tt.slept {
				t.Errorf("slept %d times, want %d", got, tt.slept)
			}
		})
	}
}

// Who is cancelled in a wait says what it waited for.
func TestCancelledWait(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.client.sleep = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return sleep(ctx, time.Hour)
	}
	w.Fail(-1, "", githubtest.Refuse(502, "Server Error"))
	key, _ := githubtest.Key(0)
	_, err := w.client.Mint(ctx, octo, key)
	wantError(t, err, Temporary, "502", "the timer")
	w.requested(t, 1)
}

func TestSleep(t *testing.T) {
	if err := sleep(t.Context(), time.Nanosecond); err != nil {
		t.Errorf("sleep() = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("sleep() = %v, want %v", err, context.Canceled)
	}
}

// A skewed clock that is only seen at the last try gets its one more, and no
// endless number of them.
func TestSkewAtTheLastTry(t *testing.T) {
	w := newWorld(t)
	w.ahead = time.Hour
	down := githubtest.Refuse(http.StatusBadGateway, "Server Error")
	w.Fail(maxTries-1, "", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header()["Date"] = nil
		down(rw, r)
	})
	w.Fail(1, "", githubtest.Refuse(401, "'Issued at' claim ('iat') must be an Integer"))
	w.Fail(10, "", down)
	_, err := w.mint(t)
	wantError(t, err, Temporary, "502", "the timer")
	w.requested(t, maxTries+1)
}
