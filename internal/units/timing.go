package units

import (
	"fmt"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// timing is what the timer's template takes.
type timing struct {
	Interval        string
	First           string // from the timer's start to the first tick
	Calendar        string // empty: monotonic times
	Delay, Accuracy string
}

// timingOf uses calendar times where whole minutes divide an hour, or seconds a
// minute: those catch up once after a suspend, while monotonic ones stand still
// during it (systemd.timer(5)).
func timingOf(r spec.Refresh) timing {
	return timing{
		Interval: span(r.Interval),
		First:    span(first(r)),
		Calendar: calendar(r.Interval),
		Delay:    span(r.Delay()),
		Accuracy: span(r.Accuracy()),
	}
}

// first is how long after its start the timer elapses at the earliest.
func first(r spec.Refresh) time.Duration { return min(15*time.Second, r.Interval) }

// FirstTick gives how long after its start the timer elapses at the latest.
func FirstTick(r spec.Refresh) time.Duration { return first(r) + r.Delay() + r.Accuracy() }

func calendar(interval time.Duration) string {
	minutes, seconds := int(interval.Minutes()), int(interval.Seconds())
	switch {
	case interval%time.Minute == 0 && 60%minutes == 0:
		return fmt.Sprintf("*:0/%d", minutes)
	case interval < time.Minute && 60%seconds == 0:
		return fmt.Sprintf("*:*:0/%d", seconds)
	}
	return ""
}

// span writes a duration as systemd.time(7) has it.
func span(d time.Duration) string {
	if d%time.Second != 0 {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	if d%time.Minute == 0 && d > 0 {
		return fmt.Sprintf("%dmin", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}
