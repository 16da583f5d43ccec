package broker

import (
	"sync"
	"time"
)

// idle counts what is at work, and calls a function when there has been nothing for
// some time.
type idle struct {
	after time.Duration
	mu    sync.Mutex
	busy  int
	timer *time.Timer
}

func newIdle(after time.Duration, then func()) *idle {
	return &idle{after: after, timer: time.AfterFunc(after, then)}
}

func (i *idle) begin() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.busy++
	i.timer.Stop()
}

func (i *idle) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.busy--; i.busy == 0 {
		i.timer.Reset(i.after)
	}
}
