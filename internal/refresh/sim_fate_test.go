package refresh

import (
	"math/rand/v2"
	"slices"
	"time"
)

// A stretch is a part of the real time.
type stretch struct{ from, to time.Time }

func (s stretch) length() time.Duration { return max(0, s.to.Sub(s.from)) }

// within gives the part of s that is in other.
func (s stretch) within(other stretch) stretch {
	if s.from.Before(other.from) {
		s.from = other.from
	}
	if s.to.After(other.to) {
		s.to = other.to
	}
	return s
}

// Kinds of outages.
type kind int

const (
	none    kind = iota
	refused      // nobody listens
	silent       // no packet comes back
	broken       // 502
	limited      // 429
	kinds        // the ones above may come at random
	later        // 503, and when to come again
)

type outage struct {
	stretch
	kind kind
}

// A sleep is a suspend, or the time from a shutdown to the next boot.
type sleep struct {
	stretch
	reboot bool
}

// A step sets the host's clock, to that much ahead of the real time.
type step struct {
	at    time.Time
	ahead time.Duration
}

// A fate is what will happen to a host, in order. Times are counted from the zero
// time until the life begins.
type fate struct {
	begin, end time.Time
	outages    []outage
	sleeps     []sleep
	steps      []step
	failing    float64 // so many runs of one end before they have done anything
	// spite is how long GitHub is away each time that somebody wants a token of it,
	// but for once, with two hours of peace after it.
	spite time.Duration
}

// from gives the fate with its beginning at that time.
func (f fate) from(begin time.Time) fate {
	shift := func(t time.Time) time.Time { return begin.Add(t.Sub(time.Time{})) }
	f.begin, f.end = begin, shift(f.end)
	f.outages, f.sleeps, f.steps = slices.Clone(f.outages), slices.Clone(f.sleeps), slices.Clone(f.steps)
	for i, o := range f.outages {
		f.outages[i].stretch = stretch{shift(o.from), shift(o.to)}
	}
	for i, s := range f.sleeps {
		f.sleeps[i].stretch = stretch{shift(s.from), shift(s.to)}
	}
	for i, s := range f.steps {
		f.steps[i].at = shift(s.at)
	}
	return f
}

func (f fate) outage(now time.Time) kind {
	i, found := slices.BinarySearchFunc(f.outages, now, func(o outage, t time.Time) int { return o.from.Compare(t) })
	if !found {
		i--
	}
	if i < 0 || !now.Before(f.outages[i].to) {
		return none
	}
	return f.outages[i].kind
}

func (f fate) ahead(now time.Time) (d time.Duration) {
	for _, s := range f.steps {
		if s.at.After(now) {
			break
		}
		d = s.ahead
	}
	return d
}

// stepAfter gives when the clock is set next, or the end.
func (f fate) stepAfter(now time.Time) time.Time {
	for _, s := range f.steps {
		if s.at.After(now) {
			return s.at
		}
	}
	return f.end
}

// sleepAfter gives the sleep that comes next, or has come while something ran.
func (f fate) sleepAfter(now time.Time) (sleep, bool) {
	for _, s := range f.sleeps {
		if s.to.After(now) {
			return s, true
		}
	}
	return sleep{}, false
}

// lost gives how much of s the host was asleep or GitHub away, or waited for the tick
// after a run that was ended.
func (f fate) lost(s stretch, failed []stretch) (d time.Duration) {
	var all []stretch
	for _, o := range f.outages {
		all = append(all, o.within(s))
	}
	for _, o := range f.sleeps {
		all = append(all, o.within(s))
	}
	for _, o := range failed {
		all = append(all, o.within(s))
	}
	slices.SortFunc(all, func(a, b stretch) int { return a.from.Compare(b.from) })
	until := s.from
	for _, o := range all {
		if o.from.Before(until) {
			o.from = until
		}
		if o.length() > 0 {
			d += o.length()
			until = o.to
		}
	}
	return d
}

// randomFate is a hard life of so many days.
func randomFate(random *rand.Rand, days int) fate {
	f := fate{end: time.Time{}.Add(time.Duration(days) * 24 * time.Hour), failing: 0.01}
	upTo := func(d time.Duration) time.Duration { return time.Duration(random.Int64N(int64(d))) }
	each := func(mean time.Duration, event func(at time.Time) time.Time) {
		for at := (time.Time{}).Add(upTo(2 * mean)); at.Before(f.end); at = at.Add(upTo(2 * mean)) {
			at = event(at)
		}
	}
	each(3*time.Hour, func(at time.Time) time.Time {
		length := time.Second + upTo(time.Minute)
		if random.IntN(3) > 0 {
			length = upTo(25 * time.Minute)
		}
		f.outages = append(f.outages, outage{stretch{at, at.Add(length)}, 1 + kind(random.IntN(int(kinds)-1))})
		return at.Add(length)
	})
	each(11*time.Hour, func(at time.Time) time.Time {
		length := time.Minute + upTo(9*time.Hour)
		reboot := random.IntN(3) == 0
		if reboot {
			length = 20*time.Second + upTo(10*time.Minute)
		}
		f.sleeps = append(f.sleeps, sleep{stretch{at, at.Add(length)}, reboot})
		return at.Add(length)
	})
	each(24*time.Hour, func(at time.Time) time.Time {
		right := at.Add(upTo(12 * time.Hour))
		f.steps = append(f.steps, step{at, upTo(80*time.Minute) - 40*time.Minute}, step{right, 0})
		return right
	})
	return f
}
