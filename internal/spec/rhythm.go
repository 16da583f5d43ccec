package spec

import "time"

// Delay bounds the random delay of a tick, and Accuracy how late systemd may be
// with it besides (systemd.timer(5), RandomizedDelaySec= and AccuracySec=). They
// shrink with the interval: together they are a fifth of it at most, and 40s.
func (r Refresh) Delay() time.Duration { return min(30*time.Second, r.Interval/10) }

// Accuracy is told of with Delay.
func (r Refresh) Accuracy() time.Duration { return min(10*time.Second, r.Interval/10) }

// Due is how much life is left, at most, where a tick mints: RenewWithin, and as much
// as the last mint and this tick may be off their times. Ticks come at a distance that
// often divides RenewWithin, and one that comes a moment early would leave a token
// to the next, as if it had failed. A token that the tick before has minted is not due.
func (r Refresh) Due() time.Duration {
	late := r.Delay() + r.Accuracy() + r.Timeout
	return max(r.RenewWithin, min(r.RenewWithin+late, TokenLife-r.Interval))
}

// needed gives the least renew_within with which no token dies because of one
// failure. At worst a tick finds a token that is not yet due, the run of the next
// one fails after all of its time, and the one after that, which no timer starts
// before the failed run has ended, takes all of its time, too.
func (r Refresh) needed() time.Duration {
	return 2 * (r.Interval + r.Delay() + r.Accuracy() + r.Timeout)
}

// rhythm refuses times that would let a token die.
func (p *parser) rhythm(r Refresh, f found) {
	needed := r.needed()
	if needed <= r.RenewWithin {
		return
	}
	at := f.DefRange
	for _, name := range []string{"timeout", "interval", "renew_within"} {
		if rng, ok := f.ranges[name]; ok {
			at = rng
		}
	}
	remedy := "renew_within must be at least " + short(needed) + ", or interval and timeout shorter"
	if needed >= TokenLife {
		remedy = "interval and timeout must be shorter, since a token lives for " + short(TokenLife)
	}
	p.fault(at, "Tokens would die", "A tick comes every %s, up to %s late, and its run may take %s. When one run fails, the next has to be done before the token dies, which takes up to %s, but a token is renewed only when %s are left: %s.",
		short(r.Interval), short(r.Delay()+r.Accuracy()), short(r.Timeout), short(needed), short(r.RenewWithin), remedy)
}
