package systemd

import (
	"time"

	"golang.org/x/sys/unix"
)

// nextElapse is a timer's next elapse, as next has it, by this moment's clocks.
func nextElapse(real, mono uint64) time.Time { return next(real, mono, time.Now()) }

// next is the earlier of a timer's two next elapses: by the wall clock, and by
// the monotonic clock, in microseconds, of which 0 and infinity mean none.
func next(real, mono uint64, now time.Time) time.Time {
	at := wallClock(real)
	if mono == 0 || mono == never {
		return at
	}
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
		return at
	}
	m := now.Add(time.Duration(mono)*time.Microsecond - time.Duration(ts.Nano()))
	if at.IsZero() || m.Before(at) {
		return m
	}
	return at
}
