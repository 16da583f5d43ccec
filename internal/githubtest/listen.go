package githubtest

import (
	"fmt"
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
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", nil, err
	}
	// No names: what they resolve to is up to the machine.
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return "", nil, fmt.Errorf("listen on %s: not a loopback address", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Its error says no more than that it was stopped.
		_ = server.Serve(l)
	}()
	stop = func() {
		_ = server.Close()
		<-done
	}
	return "http://" + l.Addr().String(), stop, nil
}
