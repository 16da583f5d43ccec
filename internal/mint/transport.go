package mint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"golang.org/x/sys/unix"
)

// maxCASize bounds ca_file, in bytes: Debian's bundle of all authorities has
// about 220,000.
const maxCASize = 1 << 20

// maxConns bounds the connections to one host. They are kept and used again, all
// of them: a thousand mints make no more handshakes than these, and stay far
// below the 100 requests at once that GitHub allows (docs.github.com, "Rate
// limits for the REST API").
const maxConns = 32

// Transport verifies TLS, against caFile's authorities too where one is named,
// honours HTTPS_PROXY and NO_PROXY, and keeps loopback names on loopback
// without asking a resolver or a proxy. Errors are of kind BadSetup.
func Transport(caFile string) (*http.Transport, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	t := &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if host, port, err := net.SplitHostPort(addr); err == nil && strings.HasSuffix(host, ".localhost") {
				addr = net.JoinHostPort("127.0.0.1", port)
			}
			return dialer.DialContext(ctx, network, addr)
		},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        maxConns,
		MaxIdleConnsPerHost:    maxConns,
	}
	if caFile == "" {
		return t, nil
	}
	const remedy = "check ca_file in the spec"
	data, err := readCA(caFile)
	if err != nil {
		return nil, cause(BadSetup, err, remedy, fmt.Sprintf("ca_file %s cannot be read", caFile))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, fault(BadSetup, remedy, "%s holds no certificate in PEM", caFile)
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}

// proxy takes no proxy for api.github.localhost either, of which the standard
// library knows nothing.
func proxy(r *http.Request) (*url.URL, error) {
	if githubhost.Loopback(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

func readCA(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, _, err := readRegular(f, maxCASize)
	if err == nil && len(data) > maxCASize {
		err = fmt.Errorf("larger than %d bytes", maxCASize)
	}
	return data, err
}
