package main

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// A door stands before the stand-in for GitHub and sees what comes in.
type door struct {
	next http.Handler

	mu     sync.Mutex
	seen   seen
	posted time.Time // when the last POST was answered
}

// What came through the door in a while.
type seen struct {
	connections int
	minted      int // POSTs
	// probe is the time from the answer of each POST to that of the GET which
	// tries the token: what a caller without a probe would not have spent.
	probe time.Duration
}

// open serves at addr until stop is called.
func (d *door) open(addr string) (stop func(), err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: d, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			d.note(func(s *seen) { s.connections++ })
		}
	}}
	go server.Serve(l)
	return func() { server.Close() }, nil
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.next.ServeHTTP(w, r)
	answered := time.Now()
	d.note(func(s *seen) {
		switch r.Method {
		case http.MethodPost:
			s.minted, d.posted = s.minted+1, answered
		case http.MethodGet:
			s.probe += answered.Sub(d.posted)
		}
	})
}

func (d *door) note(change func(*seen)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.seen)
}

// took gives what was seen since it was last called.
func (d *door) took() (s seen) {
	d.note(func(all *seen) { s, *all = *all, seen{} })
	return s
}
