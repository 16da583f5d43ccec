package refresh

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A simTimer is a timer as systemd has it: one with OnActiveSec=, OnCalendar= at every
// so many minutes, Persistent=, RandomizedDelaySec= and AccuracySec=
// (systemd.timer(5)). What it knows:
//
//   - The next elapse is the first round time of the host's clock after the last
//     trigger, which Persistent= keeps over a reboot, and so in the past after a
//     suspend: then it comes at once. What a boot has missed counts from the boot.
//   - Each elapse gets a random delay of its own, and comes with any lateness that
//     the accuracy allows, not with the one that would suit other timers.
//   - When the clock is set, the next elapse is worked out anew, from a last trigger
//     that is not later than now.
type simTimer struct {
	first, every, delay, accuracy time.Duration

	random  *rand.Rand
	last    time.Time // by the host's clock, of the last trigger
	started time.Time // when the timer was started, with the host
	begun   bool      // OnActiveSec= has elapsed
}

// readTimer reads what apply has rendered.
func readTimer(t *testing.T, unit string) simTimer {
	t.Helper()
	span := func(name string) time.Duration {
		_, rest, _ := strings.Cut(unit, "\n"+name+"=")
		text, _, _ := strings.Cut(rest, "\n")
		d, err := time.ParseDuration(strings.Replace(text, "min", "m", 1))
		if err != nil {
			t.Fatalf("the timer's %s: %v", name, err)
		}
		return d
	}
	_, rest, _ := strings.Cut(unit, "\nOnCalendar=*:0/")
	text, _, _ := strings.Cut(rest, "\n")
	minutes, err := strconv.Atoi(text)
	if err != nil || !strings.Contains(unit, "\nPersistent=true\n") {
		t.Fatalf("the timer is not the one that the model knows: %v\n%s", err, unit)
	}
	return simTimer{first: span("OnActiveSec"), every: time.Duration(minutes) * time.Minute,
		delay: span("RandomizedDelaySec"), accuracy: span("AccuracySec")}
}

// next gives the real time of the next elapse, on a host whose clock is ahead of it
// by that much.
func (m *simTimer) next(now time.Time, ahead time.Duration) time.Time {
	if wall := now.Add(ahead); m.last.After(wall) {
		m.last = wall
	}
	base := m.last
	if base.IsZero() {
		base = m.started.Add(ahead)
	}
	at := base.Truncate(m.every).Add(m.every).Add(-ahead)
	if at.Before(m.started) {
		at = m.started
	}
	at = at.Add(m.upTo(m.delay))
	if first := m.started.Add(m.first + m.upTo(m.delay)); !m.begun && first.Before(at) {
		at = first
	}
	at = at.Add(m.upTo(m.accuracy))
	if at.Before(now) {
		return now
	}
	return at
}

// elapse notes that the timer has triggered its service.
func (m *simTimer) elapse(now time.Time, ahead time.Duration) {
	m.last = now.Add(ahead)
	m.begun = m.begun || now.Sub(m.started) >= m.first
}

// boot starts the timer with its host.
func (m *simTimer) boot(now time.Time) { m.started, m.begun = now, false }

func (m *simTimer) upTo(d time.Duration) time.Duration {
	return time.Duration(m.random.Int64N(int64(d) + 1))
}
