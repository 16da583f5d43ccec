package units

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

func TestTimerOfIntervals(t *testing.T) {
	t.Parallel()
	for _, interval := range []string{"1s", "5s", "7s", "90s", "1m", "5m", "7m", "15m", "30m"} {
		s := parse(t, "/home/u", fourLines)
		s.Refresh.Interval = parseSpan(t, interval)
		state, err := Desired(s, site("/home/u"))
		if err != nil {
			t.Fatal(err)
		}
		timer := fileAt(t, state, "/home/u/.config/systemd/user/"+Timer)
		golden(t, "timer-"+interval, string(timer.Content))
	}
}

// Delay and accuracy add up to a fifth of the interval at most, and to 40s.
func TestTicksAreNeverLate(t *testing.T) {
	t.Parallel()
	for interval := time.Second; interval <= 30*time.Minute; interval += time.Second {
		got := timingOf(spec.Refresh{Interval: interval})
		delay, accuracy := parseSpan(t, got.Delay), parseSpan(t, got.Accuracy)
		if late := delay + accuracy; late > interval/5 || late > 40*time.Second || delay <= 0 || accuracy <= 0 {
			t.Errorf("interval %s: %s and %s", interval, got.Delay, got.Accuracy)
		}
		if first := parseSpan(t, got.First); first > interval || first > 15*time.Second || first < time.Second {
			t.Errorf("interval %s: the first tick comes after %s", interval, first)
		}
		if parseSpan(t, got.Interval) != interval {
			t.Errorf("interval %s is written %s", interval, got.Interval)
		}
	}
}

func parseSpan(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(strings.Replace(s, "min", "m", 1))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// systemd itself says when each calendar expression elapses: at every interval,
// over the full hour too.
func TestCalendarYieldsTheInterval(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "systemd-analyze")
	expressions := map[string]time.Duration{}
	for interval := time.Second; interval <= 30*time.Minute; interval += time.Second {
		c := calendar(interval)
		if divides := time.Hour%interval == 0 && interval%time.Minute == 0 || time.Minute%interval == 0; divides != (c != "") {
			t.Errorf("interval %s: got calendar %q", interval, c)
		}
		if c != "" {
			expressions[c] = interval
		}
	}
	for c, interval := range expressions {
		out, err := cleanCommand(t, "systemd-analyze", "calendar", "--iterations=4", "--base-time=2026-01-01 10:58:59 UTC", c).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c, err, out)
		}
		times := elapses(t, string(out))
		if len(times) != 4 {
			t.Fatalf("%s: got %d times of\n%s", c, len(times), out)
		}
		for i := range times[1:] {
			if got := times[i+1].Sub(times[i]); got != interval {
				t.Errorf("%s: elapses after %s, want %s", c, got, interval)
			}
		}
	}
}

// elapses reads the times in the output of systemd-analyze calendar.
func elapses(t *testing.T, out string) (times []time.Time) {
	t.Helper()
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if name != "Next elapse" && !strings.HasPrefix(name, "Iter. #") {
			continue
		}
		at, err := time.Parse("Mon 2006-01-02 15:04:05 MST", value)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, at)
	}
	return times
}

// cleanCommand is one with nothing of this machine in its environment.
func cleanCommand(t *testing.T, argv ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"}
	return cmd
}
