package broker

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Unit is the name of the broker's system units, without .socket and .service.
const Unit = "ghauth-provision-broker"

const (
	askLimit    = 5 * time.Second  // for a client to ask
	mintLimit   = 60 * time.Second // for GitHub to answer
	answerLimit = 5 * time.Second  // for a client to take the answer
)

// IdleTime is how long a server is without a connection until it stops.
const IdleTime = 90 * time.Second

// Server answers requests.
type Server struct {
	Config Config
	// Mint asks GitHub. It is given the time that it may take.
	Mint func(context.Context, App, mint.Installation) (Token, error)
	// Revoke has GitHub end a token.
	Revoke func(context.Context, App, Token) error
	// Audit keeps a record. Where it fails, no token is handed out.
	Audit func(audit.Record) error
	Now   func() time.Time
	// Idle stands for IdleTime, where it is not 0. One of less than a minute lets clients
	// ask more often than their policy says: a server that starts anew knows nothing.
	Idle time.Duration

	cache   cache
	conns   *conns
	buckets map[uint32]*bucket
	strange *bucket // of those who are no clients: what is told of them
	peer    func(*net.UnixConn) (uint32, error)
	limits  limits
}

// limits are the times of a connection.
type limits struct{ ask, mint, answer, idle time.Duration }

// strangersPerMinute bounds what is recorded of users who are no clients.
const strangersPerMinute = 10

func (s *Server) start() {
	now := s.Now()
	s.conns, s.strange = newConns(len(s.Config.Clients)), newBucket(strangersPerMinute, now)
	s.buckets = map[uint32]*bucket{}
	for _, c := range s.Config.Clients {
		s.buckets[c.UID] = newBucket(c.PerMinute, now)
	}
	if s.peer == nil {
		s.peer = peer
	}
	if s.limits == (limits{}) {
		s.limits = limits{askLimit, mintLimit, answerLimit, cmp.Or(s.Idle, IdleTime)}
	}
}

// Serve answers whoever connects, until ctx is done or nobody has been connected for
// IdleTime: systemd, which holds the socket, starts it again for the next. It closes ln,
// answers those who wait, and returns nil.
func (s *Server) Serve(ctx context.Context, ln *net.UnixListener) error {
	s.start()
	return s.accept(ctx, ln)
}

func (s *Server) accept(ctx context.Context, ln *net.UnixListener) error {
	// Those who are connected are let go when the server is told to stop, and it
	// ends when the last one is.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	idle := newIdle(s.limits.idle, func() { ln.Close() })
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		conn, err := ln.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			return fmt.Errorf("accept on %s: %w", ln.Addr(), err)
		}
		idle.begin()
		serve := s.admit(ctx, conn)
		wg.Go(func() {
			defer idle.end()
			defer conn.Close()
			serve()
		})
	}
}

// admit takes a connection up, and gives what serves it. It is called in the order in
// which they come, so that none gives way to one that is older.
func (s *Server) admit(ctx context.Context, conn *net.UnixConn) (serve func()) {
	uid, err := s.peer(conn)
	switch {
	case err != nil:
		return func() {}
	case s.buckets[uid] == nil:
		return func() { s.refuseStranger(conn, uid) }
	case !s.conns.add(uid, conn):
		return func() {
			s.say(conn, answerOf(Token{}, fault(mint.Temporary, "try again in a moment", "uid %d has too many connections", uid)))
		}
	}
	return func() { s.serve(ctx, conn, uid) }
}

// serve answers one connection of a client's.
func (s *Server) serve(ctx context.Context, conn *net.UnixConn, uid uint32) {
	line, err := s.read(ctx, conn)
	asked := err == nil && s.conns.asked(uid, conn)
	defer s.conns.done(uid, conn, !asked)
	if asked {
		s.say(conn, answerOf(s.answer(ctx, uid, line)))
	}
}

// read takes a line, in the time there is.
func (s *Server) read(ctx context.Context, conn net.Conn) ([]byte, error) {
	late := time.AfterFunc(s.limits.ask, func() { conn.Close() })
	defer late.Stop()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return readLine(conn)
}

// readLine reads a line of at most maxLine bytes, its end included. One that is longer
// has none.
func readLine(from io.Reader) ([]byte, error) {
	return bufio.NewReaderSize(io.LimitReader(from, maxLine), 4<<10).ReadBytes('\n')
}

// say writes an answer, in the time there is.
func (s *Server) say(conn net.Conn, line []byte) {
	late := time.AfterFunc(s.limits.answer, func() { conn.Close() })
	defer late.Stop()
	_, _ = conn.Write(line) // a client that is gone needs none
}

// refuseStranger answers a user who is no client without a look at what is asked.
func (s *Server) refuseStranger(conn net.Conn, uid uint32) {
	if wait, _ := s.strange.take(s.Now()); wait == 0 {
		_ = s.record(audit.Record{Event: audit.Refusal, Client: client(uid), Reason: "no client of this broker"})
	}
	s.say(conn, answerOf(Token{}, fault(mint.Denied, "ask root to name this user in the spec's broker block", "uid %d is no client of this broker", uid)))
}
