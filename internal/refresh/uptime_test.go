package refresh

import (
	"os"
	"strings"
	"testing"
	"time"
)

// A clock that is set while a token lives makes it no younger.
//
// Fault: clock-set
func TestClockSetBack(t *testing.T) {
	for _, tt := range []struct {
		name          string
		clock, uptime time.Duration // that have passed since the token was stored
		boot          string
		left          time.Duration
		state         State
	}{
		{"right", 10 * time.Minute, 10 * time.Minute, "a", 50 * time.Minute, Fresh},
		{"a little back", 9*time.Minute + 1*time.Second, 10 * time.Minute, "a", 50*time.Minute + 59*time.Second, Fresh},
		{"back", -20 * time.Minute, 10 * time.Minute, "a", 50 * time.Minute, Fresh},
		{"back, due", 5 * time.Minute, 30 * time.Minute, "a", 30 * time.Minute, Due},
		{"back, dead", 5 * time.Minute, time.Hour, "a", 0, Expired},
		{"forward", 40 * time.Minute, 10 * time.Minute, "a", 20 * time.Minute, Due},
		{"another boot", 10 * time.Minute, time.Hour, "b", 50 * time.Minute, Fresh},
		{"another boot, back", -20 * time.Minute, time.Hour, "b", 80 * time.Minute, Due},
	} {
		s := newSite(t, "main")
		app := s.apps()[0]
		up := uptime{"a", 100 * time.Hour}
		app.uptime = func() uptime { return up }
		token := hourToken
		token.CreatedAt, token.ExpiresAt = now, now.Add(time.Hour)
		if err := writeToken(app, Stored{Token: token}); err != nil {
			t.Fatal(err)
		}
		up = uptime{tt.boot, up.since + tt.uptime}
		at := now.Add(tt.clock)
		if got, state, err := app.Stored(at); got.ExpiresAt.Sub(at) != tt.left || state != tt.state || err != nil {
			t.Errorf("%s: %s left, %s, %v, want %s, %s", tt.name, got.ExpiresAt.Sub(at), state, err, tt.left, tt.state)
		}
	}
}

func TestKernelUptime(t *testing.T) {
	first := kernelUptime()
	if back := parseUptime(first.String()); back.boot != first.boot || back.since != first.since.Truncate(time.Second) {
		t.Errorf("%v reads back as %v", first, back)
	}
	data, err := os.ReadFile("/proc/uptime")
	if err != nil {
		t.Fatal(err)
	}
	seconds, _, _ := strings.Cut(string(data), " ")
	if d, err := time.ParseDuration(seconds + "s"); err != nil || (d-first.since).Abs() > 10*time.Second || len(first.boot) != 36 {
		t.Errorf("uptime = %+v, want %s, %v", first, d, err)
	}
}

// What no run of ours has written is no uptime, and changes nothing.
func TestParseUptime(t *testing.T) {
	for _, text := range []string{"", "a", "a:", ":5", "a:b", "a:-1e99", "5"} {
		u := parseUptime(text)
		f := tokenFile{Stored: Stored{Token: hourToken}, stored: u}
		if f.atLeast(uptime{"a", 1000 * time.Hour}, now); f.Token != hourToken {
			t.Errorf("%q changes the token's times", text)
		}
	}
	if got := (uptime{}).String(); got != "" {
		t.Errorf("no uptime is written as %q", got)
	}
}
