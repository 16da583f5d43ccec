package mint

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

var discard = log.New(io.Discard, "", 0)

// brokenResolver is a DNS that is down.
var brokenResolver = &net.Resolver{
	PreferGo: true,
	Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no resolver is asked")
	},
}

// alone runs the test t in a process of its own, and reports whether this is
// that process: net/http and crypto/x509 read the environment once a process.
func alone(t *testing.T) bool {
	t.Helper()
	const marker = "MINT_TEST_ALONE"
	if os.Getenv(marker) == t.Name() {
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), marker+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+" ") {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// A tunnel is a proxy that leads every CONNECT to one address, and remembers
// what it was asked for.
type tunnel struct {
	to    string
	mu    sync.Mutex
	asked []string
}

func (p *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host+" "+r.Header.Get("Authorization"))
	p.mu.Unlock()
	there, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, read, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	// The server may have read a byte of what follows already.
	go func() { _, _ = io.Copy(there, read) }()
	_, _ = io.Copy(here, there)
}

func (p *tunnel) was(t *testing.T, want ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.asked, want) {
		t.Errorf("the proxy was asked for %q, want %q", p.asked, want)
	}
}

func TestProxy(t *testing.T) {
	if !alone(t) {
		return
	}
	ca, w := newAuthority(t), newWorld(t)
	server := ca.serve(t, w.Server, "github.example")
	p := &tunnel{to: server.Listener.Addr().String()}
	proxy := httptest.NewServer(p)
	t.Cleanup(proxy.Close)
	for name, value := range map[string]string{
		"HTTPS_PROXY": proxy.URL, "HTTP_PROXY": proxy.URL, "NO_PROXY": "direct.example",
		"https_proxy": "", "http_proxy": "", "no_proxy": "", "REQUEST_METHOD": "",
	} {
		t.Setenv(name, value)
	}
	net.DefaultResolver = brokenResolver
	for _, url := range []string{
		w.url,
		strings.Replace(w.url, "127.0.0.1", "api.github.localhost", 1),
		server.URL,
	} {
		w.client = w.newClient(t, url, ca.file)
		w.mustMint(t)
	}
	w.client = w.newClient(t, "https://direct.example", ca.file)
	_, err := w.mint(t)
	wantError(t, err, Temporary, "lookup direct.example", "check the network")
	p.was(t)
	// The proxy resolves the name, and sees no credential.
	w.client = w.newClient(t, "https://github.example", ca.file)
	w.mustMint(t)
	p.was(t, "CONNECT github.example:443 ")
	w.conforms(t)
}

// ca_file adds to the system's authorities.
func TestCAFileAdds(t *testing.T) {
	if !alone(t) {
		return
	}
	system, extra := newAuthority(t), newAuthority(t)
	t.Setenv("SSL_CERT_FILE", system.file)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	w := newWorld(t)
	for _, ca := range []*authority{system, extra} {
		w.client = w.newClient(t, ca.serve(t, w.Server, "github.example").URL, extra.file)
		if _, err := w.mint(t); err != nil {
			t.Error(err)
		}
	}
	key, _ := githubtest.Key(0)
	client := w.newClient(t, newAuthority(t).serve(t, w.Server, "github.example").URL, extra.file)
	if _, err := client.Mint(t.Context(), octo, key); err == nil {
		t.Error("Mint() took the certificate of an unknown authority")
	}
}
