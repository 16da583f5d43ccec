package broker

import (
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A bucket holds what a client may still ask. It fills up in a minute, which is not
// more than a server waits until it stops: to be started anew gains nobody anything.
type bucket struct {
	mu    sync.Mutex
	size  float64
	left  float64
	last  time.Time
	spent bool // and that has been told
}

func newBucket(perMinute int, now time.Time) *bucket {
	return &bucket{size: float64(perMinute), left: float64(perMinute), last: now}
}

// take takes one, or tells how long to wait for it. first is whether it is the first
// that is refused since one was to be had.
func (b *bucket) take(now time.Time) (wait time.Duration, first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	// A clock that is set back takes nothing away, and holds nobody up.
	if passed := now.Sub(b.last); passed > 0 {
		b.left = min(b.size, b.left+passed.Minutes()*b.size)
	}
	b.last = now
	if b.left < 1 {
		first, b.spent = !b.spent, true
		return time.Duration((1 - b.left) / b.size * float64(time.Minute)), first
	}
	b.left--
	b.spent = false
	return 0, false
}

func tooMany(uid uint32, perMinute int, wait time.Duration) error {
	return fault(mint.Temporary, "try again in "+max(time.Second, wait.Round(time.Second)).String(),
		"uid %d asks more than %d times a minute", uid, perMinute)
}
