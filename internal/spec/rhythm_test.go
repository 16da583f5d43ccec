package spec

import (
	"fmt"
	"testing"
	"time"
)

func TestRhythm(t *testing.T) {
	refresh := func(interval, within, timeout string) string {
		return minimal + fmt.Sprintf("refresh {\n  interval     = %q\n  renew_within = %q\n  timeout      = %q\n}\n", interval, within, timeout)
	}
	checkFaults(t, []fault{
		{"only the interval", minimal + "refresh {\n  interval = \"14m\"\n}\n", "x.hcl line 7", "renew_within must be at least 32m20s"},
		{"numbers", refresh("10m", "24m19s", "90s"), "x.hcl line 8", "A tick comes every 10m, up to 40s late, and its run may take 1m30s."},
		{"by a second", refresh("10m", "24m19s", "90s"), "x.hcl line 8", "renew_within must be at least 24m20s, or interval and timeout shorter."},
		{"short", refresh("2s", "12s", "4s"), "x.hcl line 8", "up to 400ms late"},
		{"never", refresh("29m", "59m59s", "90s"), "x.hcl line 8", "interval and timeout must be shorter, since a token lives for 1h."},
	})
	for _, src := range []string{refresh("10m", "24m20s", "90s"), refresh("2s", "13s", "4s"), minimal + "refresh { interval = \"12m\" }\n"} {
		if _, err := Parse("x.hcl", []byte(src), Inputs{Home: "/h"}); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// TestNoTokenDies plays what the check lets pass, with ticks that are early and
// late: the first leaves a token be that is not quite due, and the first run for it
// fails at its very end.
func TestNoTokenDies(t *testing.T) {
	for _, interval := range []time.Duration{time.Second, 7 * time.Second, time.Minute, 5 * time.Minute, 12 * time.Minute} {
		for _, timeout := range []time.Duration{time.Second, 90 * time.Second, 10 * time.Minute} {
			r := Refresh{Interval: interval, Timeout: timeout}
			r.RenewWithin = r.needed()
			for late := range 8 {
				if left := play(r, late, true); left < 0 {
					t.Errorf("calendar, %+v, %03b: the token has been dead for %s", r, late, -left)
				}
				if left := play(r, late, false); left < 0 {
					t.Errorf("monotonic, %+v, %03b: the token has been dead for %s", r, late, -left)
				}
			}
		}
	}
}

// play gives how much life is left of the token when there is a new one. The n-th
// tick is late where late has the n-th bit.
func play(r Refresh, late int, calendar bool) time.Duration {
	lateness := func(tick int) time.Duration { return time.Duration(late>>tick&1) * (r.Delay() + r.Accuracy()) }
	begin := lateness(0)
	dead := begin + r.RenewWithin + 1 // not due by a nanosecond
	end := begin                      // of the run before
	for tick := 1; tick <= 2; tick++ {
		nominal := end + r.Interval // counted from the end of a run
		if calendar {
			// The next round time, but for those at which a run went on.
			nominal = (end-lateness(tick))/r.Interval*r.Interval + r.Interval
		}
		end = nominal + lateness(tick) + r.Timeout
	}
	return dead - end
}

// A tick mints as early as the next one may be late, and not what the one before has minted.
func TestDue(t *testing.T) {
	for _, tt := range []struct {
		r    Refresh
		want time.Duration
	}{
		{Refresh{5 * time.Minute, 30 * time.Minute, 90 * time.Second}, 32*time.Minute + 10*time.Second},
		{Refresh{2 * time.Second, 10 * time.Second, 2 * time.Second}, 12400 * time.Millisecond},
		{Refresh{5 * time.Minute, 54 * time.Minute, 90 * time.Second}, 55 * time.Minute},
		{Refresh{5 * time.Minute, 59 * time.Minute, 90 * time.Second}, 59 * time.Minute},
	} {
		if got := tt.r.Due(); got != tt.want {
			t.Errorf("%+v: due when %s are left, want %s", tt.r, got, tt.want)
		}
	}
}
