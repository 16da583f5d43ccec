package githubtest

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Listen serves s at addr, such as "127.0.0.1:0", and returns the URL to reach
// it by. It refuses every host but loopback addresses: the server lets in
// whoever asks. The function stop cuts all connections, and returns when the
// server has ended.
func (s *Server) Listen(addr string) (url string, stop func(), err error) {
	l, err := listenLoopback(addr)
	if err != nil {
		return "", nil, err
	}
	return "http://" + l.Addr().String(), s.serve(l), nil
}

func listenLoopback(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	// No names: what they resolve to is up to the machine.
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("listen on %s: not a loopback address", addr)
	}
	return net.Listen("tcp", addr)
}

func (s *Server) serve(l net.Listener) (stop func()) {
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Its error says no more than that it was stopped.
		_ = server.Serve(l)
	}()
	return func() {
		_ = server.Close()
		<-done
	}
}
