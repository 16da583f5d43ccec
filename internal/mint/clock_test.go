package mint

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// Fault: clock-fast, clock-slow
func TestSkewedClock(t *testing.T) {
	for _, tt := range []struct {
		name     string
		ahead    time.Duration
		requests int
		warning  string // empty for none
		life     time.Duration
	}{
		{"agrees", 0, 1, "", time.Hour},
		{"a little fast", 20 * time.Second, 1, "", time.Hour - 20*time.Second},
		{"a little slow", -20 * time.Second, 1, "", time.Hour + 20*time.Second},
		{"fast, within the JWT's reach", 55 * time.Second, 1, "", time.Hour},
		{"slow, within the JWT's reach", -5 * time.Minute, 1, "is off by -5m0s from GitHub's", time.Hour},
		{"fast", 10 * time.Minute, 2, "is off by 10m0s from GitHub's", time.Hour},
		{"slow", -10 * time.Minute, 2, "is off by -10m0s from GitHub's", time.Hour},
		{"in another life", 3 * time.Hour, 2, "is off by 3h0m0s from GitHub's", time.Hour},
		{"no battery", -now.Sub(time.Unix(0, 0)), 2, "is off by -", time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.ahead = tt.ahead
			got := w.mustMint(t)
			w.requested(t, tt.requests)
			host := now.Add(tt.ahead)
			if !got.CreatedAt.Equal(host) {
				t.Errorf("CreatedAt = %v, want %v", got.CreatedAt, host)
			}
			if life := got.ExpiresAt.Sub(host); life != tt.life {
				t.Errorf("life by this host's clock = %v, want %v", life, tt.life)
			}
			if text := strings.Join(w.warned, "\n"); !strings.Contains(text, tt.warning) || (text == "") != (tt.warning == "") || len(w.warned) > 1 {
				t.Errorf("warned %q, want %q", w.warned, tt.warning)
			}
			if len(w.slept) > 0 {
				t.Errorf("slept %v, want no wait", w.slept)
			}
			w.conforms(t)
		})
	}
}

// The clock is mended once; what is then refused is the key.
//
// Fault: wrong-app
func TestSkewedClockAndWrongKey(t *testing.T) {
	w := newWorld(t)
	w.ahead = -time.Hour
	key, _ := githubtest.Key(1)
	_, err := w.client.Mint(t.Context(), octo, key)
	wantError(t, err, Denied, `401 "A JSON web token could not be decoded": wrong key or app id`, "check app_id")
	w.requested(t, 2)
	if len(w.warned) != 1 {
		t.Errorf("warned %q, want one warning", w.warned)
	}
}

// All Apps of one GitHub share one view of its clock, and one warning of it.
func TestSkewIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.ahead = time.Hour
	if got := w.client.Offset(); got != 0 {
		t.Errorf("Offset() = %v before the first answer", got)
	}
	var told [2][]string
	for i := range told {
		w.client = w.client.WithWarn(func(text string) { told[i] = append(told[i], text) })
		w.mustMint(t)
		w.mustMint(t)
		w.requested(t, 3+2*i)
	}
	if len(told[0]) != 1 || len(told[1]) != 0 || len(w.warned) != 0 {
		t.Errorf("warned %q, then %q and %q, want one warning to the first", told[0], told[1], w.warned)
	}
	if got := w.client.Offset(); got != -time.Hour {
		t.Errorf("Offset() = %v, want %v", got, -time.Hour)
	}
	w.ahead = 0
	w.mustMint(t)
	if got := w.client.Offset(); got != 0 {
		t.Errorf("Offset() = %v, want 0 once the clock is set", got)
	}
}

// A GitHub whose clock is never the same gets no endless number of JWTs.
func TestClockThatJumps(t *testing.T) {
	w := newWorld(t)
	date := now
	w.Fail(-1, "", func(rw http.ResponseWriter, r *http.Request) {
		date = date.Add(time.Hour)
		rw.Header().Set("Date", date.Format(http.TimeFormat))
		githubtest.Refuse(401, "Bad credentials")(rw, r)
	})
	_, err := w.mint(t)
	wantError(t, err, Denied, "wrong key or app id", "check app_id")
	w.requested(t, 2)
}

// An answer without a date says nothing of the clock.
func TestOffsetIsKept(t *testing.T) {
	w := newWorld(t)
	w.ahead = time.Hour
	w.mustMint(t)
	w.Fail(1, "", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header()["Date"] = nil
		reply(201, asJSON, answer(canary, inTime(time.Hour)))(rw, nil)
	})
	if got, want := w.mustMint(t).ExpiresAt, now.Add(2*time.Hour); !got.Equal(want) {
		t.Errorf("ExpiresAt = %v, want %v", got, want)
	}
	w.requested(t, 3)
}

func TestNoDate(t *testing.T) {
	for _, date := range [][]string{nil, {"yesterday"}} {
		w := newWorld(t)
		w.ahead = time.Hour
		w.Fail(-1, "", func(rw http.ResponseWriter, r *http.Request) {
			rw.Header()["Date"] = date
			githubtest.Refuse(401, "Bad credentials")(rw, r)
		})
		_, err := w.mint(t)
		wantError(t, err, Denied, "wrong key or app id", "check app_id")
		w.requested(t, 1)
	}
}

func TestClockOffset(t *testing.T) {
	const slow = 50 * time.Second // how long the answer takes
	for _, tt := range []struct {
		date, want time.Duration // after the request was sent
	}{
		{0, 0},
		{slow, 0},
		{-30 * time.Second, 0},
		{-31 * time.Second, -31 * time.Second},
		{slow + 30*time.Second, 0},
		{slow + 31*time.Second, 31 * time.Second},
	} {
		h := http.Header{"Date": {now.Add(tt.date).Format(http.TimeFormat)}}
		if got, ok := clockOffset(h, now, now.Add(slow)); got != tt.want || !ok {
			t.Errorf("clockOffset(%v) = %v, want %v", tt.date, got, tt.want)
		}
	}
}

// Slow GitHubs are no skew: neither a warning nor another life of the token.
func TestSlowAnswer(t *testing.T) {
	w := newWorld(t)
	reads := 0
	w.client.now = func() time.Time {
		reads++
		return now.Add(time.Duration(reads-1) * time.Minute)
	}
	w.Change(func() { w.Now = func() time.Time { return now.Add(45 * time.Second) } })
	got := w.mustMint(t)
	if want := now.Add(time.Hour + 45*time.Second); !got.ExpiresAt.Equal(want) {
		t.Errorf("ExpiresAt = %v, want %v", got.ExpiresAt, want)
	}
}
