package broker

import (
	"net"
	"slices"
	"sync"
)

// maxConns bounds the connections at one time. Each client has its own share of
// them, so that none can take another's.
const maxConns = 1024

// conns are the connections of the clients.
type conns struct {
	share int

	mu  sync.Mutex
	all map[uint32]*held
}

// held are those of one client.
type held struct {
	count int
	idle  []net.Conn // those that have not asked yet, the oldest first
}

func newConns(clients int) *conns {
	return &conns{share: min(256, maxConns/clients), all: map[uint32]*held{}}
}

// add takes a connection up. Where uid has its share already, its oldest idle one is
// closed: whoever has not asked yet gives way to who may be about to. It fails where
// all of them wait for an answer.
func (c *conns) add(uid uint32, conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.all[uid]
	if h == nil {
		h = new(held)
		c.all[uid] = h
	}
	if h.count >= c.share {
		if len(h.idle) == 0 {
			return false
		}
		h.idle[0].Close()
		h.idle = slices.Delete(h.idle, 0, 1)
		h.count--
	}
	h.count++
	h.idle = append(h.idle, conn)
	return true
}

// asked says that a connection waits for an answer from now on. It fails for one that
// had to give way.
func (c *conns) asked(uid uint32, conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.all[uid]
	i := slices.Index(h.idle, conn)
	if i < 0 {
		return false
	}
	h.idle = slices.Delete(h.idle, i, i+1)
	return true
}

// done lets go of a connection. idle is whether it is one that never asked.
func (c *conns) done(uid uint32, conn net.Conn, idle bool) {
	if idle && !c.asked(uid, conn) {
		return // it gave way, and counts no more
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[uid].count--
}
