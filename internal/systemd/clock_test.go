package systemd

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestNext(t *testing.T) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		t.Fatal(err)
	}
	// An hour before and after 2030, by either clock.
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	real := func(d time.Duration) uint64 { return uint64(now.Add(d).UnixMicro()) }
	mono := func(d time.Duration) uint64 { return uint64((time.Duration(ts.Nano()) + d).Microseconds()) }
	for _, tt := range []struct {
		name       string
		real, mono uint64
		want       time.Time
	}{
		{"none", 0, 0, time.Time{}},
		{"infinity", never, never, time.Time{}},
		{"calendar alone", real(time.Hour), 0, now.Add(time.Hour)},
		{"calendar, and no monotonic any more", real(time.Hour), never, now.Add(time.Hour)},
		{"monotonic alone", 0, mono(time.Hour), now.Add(time.Hour)},
		{"monotonic, and no calendar any more", never, mono(time.Hour), now.Add(time.Hour)},
		{"calendar first", real(time.Hour), mono(2 * time.Hour), now.Add(time.Hour)},
		{"monotonic first", real(2 * time.Hour), mono(time.Hour), now.Add(time.Hour)},
		{"due already", 0, mono(-time.Second), now.Add(-time.Second)},
	} {
		got := next(tt.real, tt.mono, now)
		// The monotonic clock goes on between the test's look at it and next's.
		if early := tt.want.Sub(got); early < 0 || early > 10*time.Second || got.IsZero() != tt.want.IsZero() {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
