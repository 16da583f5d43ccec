package mint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Whoever cannot show a good certificate sees no request, let alone a credential.
//
// Fault: bad-certificate
func TestBadCertificates(t *testing.T) {
	ours := newAuthority(t)
	local := []net.IP{net.IPv4(127, 0, 0, 1)}
	stranger := &authority{cert: &x509.Certificate{SerialNumber: big.NewInt(4), NotAfter: time.Now().Add(time.Hour), IPAddresses: local}}
	for _, tt := range []struct {
		name string
		leaf tls.Certificate
		err  string
	}{
		{"expired", ours.issue(t, &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(-time.Hour), IPAddresses: local}), "has expired or is not yet valid"},
		{"not yet valid", ours.issue(t, &x509.Certificate{SerialNumber: big.NewInt(3), NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(2 * time.Hour), IPAddresses: local}), "has expired or is not yet valid"},
		{"self-signed", stranger.issue(t, stranger.cert), "unknown authority"},
		{"of nobody", ours.issue(t, &x509.Certificate{SerialNumber: big.NewInt(5), NotAfter: time.Now().Add(time.Hour)}), "doesn't contain any IP SANs"},
	} {
		w := newWorld(t)
		s := httptest.NewUnstartedServer(w)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{tt.leaf}}
		s.Config.ErrorLog = discard
		s.StartTLS()
		t.Cleanup(s.Close)
		w.client = w.newClient(t, s.URL, ours.file)
		_, err := w.mint(t)
		wantError(t, err, BadSetup, tt.err, "check this host's clock, too")
		w.requested(t, 0)
		if len(w.slept) > 0 {
			t.Errorf("%s: tried again after %v", tt.name, w.slept)
		}
	}
}

// A DNS that never answers is ended by the run's deadline.
//
// Fault: no-route, slow-answer
func TestDNSHangs(t *testing.T) {
	saved := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = saved })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	w := newWorld(t)
	w.client = w.newClient(t, "https://github.example", "")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := w.client.Mint(ctx, octo, bits(t, 2048))
	wantError(t, err, Temporary, context.DeadlineExceeded.Error(), "check the network")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v, want about 200 ms", took)
	}
}

// A liar is a proxy that says what it likes to CONNECT, goes on with what it likes, and
// keeps all that it is sent.
type liar struct {
	says, then string
	mu         sync.Mutex
	heard      strings.Builder
}

func (l *liar) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard.Write(p)
}

func (l *liar) serve(conn net.Conn) {
	defer conn.Close()
	first := make([]byte, 4096)
	n, _ := conn.Read(first)
	_, _ = l.Write(first[:n])
	_, _ = io.WriteString(conn, l.says+l.then)
	if l.then != "" || !strings.Contains(l.says, " 200 ") {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	_, _ = io.Copy(l, conn)
}

// A proxy gets CONNECT and a handshake, and never a credential; whatever it says in
// GitHub's place is no answer.
//
// Fault: lying-proxy
func TestLyingProxy(t *testing.T) {
	if !alone(t) {
		return
	}
	// What goes on of an earlier connection is not heard by the next liar.
	var current atomic.Pointer[liar]
	addr := accept(t, func(conn net.Conn) { go current.Load().serve(conn) })
	for name, value := range map[string]string{"HTTPS_PROXY": "http://" + addr.String(), "https_proxy": "", "NO_PROXY": "", "no_proxy": ""} {
		t.Setenv(name, value)
	}
	const open = "HTTP/1.1 200 Connection established\r\n\r\n"
	token := fmt.Sprintf("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n%s", answer(canary, inTime(time.Hour)))
	for _, tt := range []struct{ name, says, then, err string }{
		{"a token without TLS", open, token, "GitHub cannot be reached"},
		{"a token to CONNECT", token, "", "Created"},
		{"a redirect", "HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\n\r\n", "", "Found"},
		{"asks for a password", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "", "Proxy Authentication Required"},
		{"is down", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "", "Service Unavailable"},
		{"cuts", "", "", "GitHub cannot be reached"},
		{"no HTTP", "220 smtp.example ESMTP\r\n", "", "GitHub cannot be reached"},
		{"never goes on", open, "", context.DeadlineExceeded.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &liar{says: tt.says, then: tt.then}
			current.Store(l)
			w := newWorld(t)
			w.client = w.newClient(t, "https://github.example", "")
			limit := 20 * time.Second
			if tt.err == context.DeadlineExceeded.Error() {
				limit = time.Second // that is waited for
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			got, err := w.client.Mint(ctx, octo, bits(t, 2048))
			wantError(t, err, Temporary, tt.err, "proxy")
			l.mu.Lock()
			defer l.mu.Unlock()
			heard := l.heard.String()
			if got.Value != "" || !strings.HasPrefix(heard, "CONNECT github.example:443 ") || strings.Contains(heard, "Bearer") || strings.Contains(heard, "eyJ") {
				t.Errorf("token %s; the proxy heard %q", got.Value, heard)
			}
		})
	}
}

// One that leads to itself has no certificate for GitHub.
//
// Fault: lying-proxy
func TestProxyInTheMiddle(t *testing.T) {
	if !alone(t) {
		return
	}
	ours, theirs, w := newAuthority(t), newAuthority(t), newWorld(t)
	proxy := httptest.NewServer(&tunnel{to: theirs.serve(t, w.Server, "github.example").Listener.Addr().String()})
	t.Cleanup(proxy.Close)
	for name, value := range map[string]string{"HTTPS_PROXY": proxy.URL, "https_proxy": "", "NO_PROXY": "", "no_proxy": ""} {
		t.Setenv(name, value)
	}
	w.client = w.newClient(t, "https://github.example", ours.file)
	_, err := w.mint(t)
	wantError(t, err, BadSetup, "GitHub's certificate is not trusted", "if your GitHub or proxy has its own certificate authority")
	w.requested(t, 0)
}
