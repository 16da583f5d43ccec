package broker

import (
	"fmt"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Whether they are the same user's or another's, a thousand connections that say
// nothing keep nobody waiting.
func TestIdleConnectionsHoldBackNobody(t *testing.T) {
	for name, uid := range map[string]uint32{"their own": 1001, "another's": 1000} {
		t.Run(name, func(t *testing.T) {
			b := newBench()
			b.serve(t)
			b.set(func() { b.asUID = uid })
			for range 1000 {
				conn, err := net.Dial("unix", b.socket)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
			}
			await(t, func() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.seen == 1000 })
			start := time.Now()
			if _, err := b.as(t, 1001, Request{App: "takopi"}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("the answer took %s", took)
			}
		})
	}
}

// Connections that wait for an answer do not give way.
func TestConnectionsAreCapped(t *testing.T) {
	c := newConns(64)
	server, _ := net.Pipe()
	for range c.share {
		if !c.add(1, server) || !c.asked(1, server) {
			t.Fatal("refused below the share")
		}
	}
	if c.add(1, server) {
		t.Error("one more than the share was taken up")
	}
	if !c.add(2, server) {
		t.Error("another's share is gone")
	}
	c.done(1, server, false)
	if !c.add(1, server) {
		t.Error("the place of one that is done is not free")
	}
	if c.share*64 > maxConns {
		t.Errorf("%d clients have %d connections each", 64, c.share)
	}
}

func TestAnIdleConnectionGivesWay(t *testing.T) {
	c := newConns(64)
	var ends []net.Conn
	for range c.share + 1 {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		c.add(1, ours)
		ends = append(ends, ours)
	}
	if _, err := ends[0].Write(nil); err == nil {
		t.Error("the oldest is still open")
	}
	if c.asked(1, ends[0]) {
		t.Error("the oldest may still ask")
	}
	c.done(1, ends[0], true)
	if !c.asked(1, ends[1]) {
		t.Error("the second had to go, too")
	}
	if got := c.all[1].count; got != c.share {
		t.Errorf("%d connections are counted, want %d", got, c.share)
	}
}

// One that has not been taken up yet holds back those behind it: else a newer one could
// be the oldest, and give way.
func TestConnectionsAreTakenUpInOrder(t *testing.T) {
	b := newBench()
	entered, release := make(chan struct{}, 2), make(chan struct{})
	b.peer = func(*net.UnixConn) (uint32, error) {
		entered <- struct{}{}
		<-release
		return 1000, nil
	}
	b.serve(t)
	for range 2 {
		conn, err := net.Dial("unix", b.socket)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	<-entered
	select {
	case <-entered:
		close(release)
		t.Fatal("the second is taken up before the first")
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	<-entered
}

// After a hundred thousand requests of every kind the heap and the goroutines are
// what they were.
func TestNothingGrows(t *testing.T) {
	b := newBench()
	b.Server.Audit = func(audit.Record) error { return nil }
	b.serve(t)
	const rounds = 8
	each := 12500
	if testing.Short() {
		each = 1000 // the race detector makes it ten times as slow
	}
	b.round(t, each/10) // what is there for good
	before, running := heap(), runtime.NumGoroutine()
	for range rounds {
		b.round(t, each)
	}
	await(t, func() bool { return runtime.NumGoroutine() <= running })
	if after := heap(); after > before+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	if n := len(b.cache.tokens); n > maxCached {
		t.Errorf("%d tokens are kept", n)
	}
	t.Logf("%d tokens are kept; heap before %d, after %d", len(b.cache.tokens), before, heap())
}

// round asks n times, by several at once: for what is known and for what is not, and
// in vain, and lets time pass.
func (b *bench) round(t *testing.T, n int) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < n; i += 4 {
				r := Request{App: []string{"takopi", "takopi", "other"}[i%3]}
				if i%5 == 0 {
					r.Repositories = []string{fmt.Sprint(i)}
				}
				_, err := Ask(t.Context(), b.socket, r)
				if denied := i%3 == 2; denied != (err != nil) {
					t.Errorf("request %d: %v", i, err)
					return
				}
				b.set(func() { b.at = b.at.Add(20 * time.Millisecond) })
			}
		})
	}
	wg.Wait()
	b.set(func() { b.asked = nil })
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkAsk(b *testing.B) {
	s := newBench()
	s.Server.Config.Clients[1].PerMinute = maxRate
	s.Server.Audit = func(audit.Record) error { return nil }
	s.serve(b)
	for b.Loop() {
		s.set(func() { s.at = s.at.Add(time.Second) })
		if _, err := Ask(b.Context(), s.socket, Request{App: "takopi"}); err != nil && !mint.IsTemporary(err) {
			b.Fatal(err)
		}
	}
}
