package mint

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// skewAllowed is how much clocks may differ and still be taken to agree.
	skewAllowed = 30 * time.Second
	// skewTold is how much they may differ without a word: the JWT is made to
	// bear it, so that GitHub takes it all the same.
	skewTold = time.Minute
)

// A clock is what has been seen of GitHub's.
type clock struct {
	mu     sync.Mutex
	offset time.Duration // GitHub's clock less this host's
	told   bool
}

// see keeps an offset, and reports whether it is the first to tell of.
func (k *clock) see(offset time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.offset = offset
	if k.told || offset.Abs() <= skewTold {
		return false
	}
	k.told = true
	return true
}

// Offset tells how far GitHub's clock is ahead of this host's, as the last
// answer had it: zero where they agree to 30 s, or before the first answer.
func (c *Client) Offset() time.Duration {
	c.clock.mu.Lock()
	defer c.clock.mu.Unlock()
	return c.clock.offset
}

func skewWarning(offset time.Duration) string {
	return fmt.Sprintf("this host's clock is off by %s from GitHub's: JWTs are made for GitHub's time; set the clock (timedatectl set-ntp true)", -offset.Round(time.Second))
}

// clockOffset tells GitHub's clock less this host's, zero where they agree,
// from the Date header of an answer, if it has one. It was written at some time
// between sent and received: how long an answer takes is no skew.
func clockOffset(h http.Header, sent, received time.Time) (_ time.Duration, ok bool) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0, false
	}
	var offset time.Duration
	switch {
	case date.Before(sent):
		offset = date.Sub(sent)
	case date.After(received):
		offset = date.Sub(received)
	}
	if offset.Abs() <= skewAllowed {
		return 0, true
	}
	return offset, true
}
