package githubtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestListenTLS(t *testing.T) {
	addr := freeAddr(t)
	ca, stop, err := githubtest.New().ListenTLS(addr, "ghe.example.com")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatalf("no certificate: %q", ca)
	}
	for _, test := range []struct {
		name string
		conf *tls.Config
		want string // in the error; "" for none
	}{
		{"trusted", &tls.Config{RootCAs: pool, ServerName: "ghe.example.com"}, ""},
		{"another name", &tls.Config{RootCAs: pool, ServerName: "example.org"}, "certificate is valid for ghe.example.com"},
		{"not trusted", &tls.Config{ServerName: "ghe.example.com"}, "unknown authority"},
	} {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: test.conf}}
		resp, err := client.Get("https://" + addr + "/meta")
		switch {
		case err == nil:
			resp.Body.Close()
			if test.want != "" || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d, want an error with %q", test.name, resp.StatusCode, test.want)
			}
		case test.want == "" || !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// freeAddr gives a loopback address that was free a moment ago.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
