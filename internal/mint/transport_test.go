package mint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"golang.org/x/sys/unix"
)

// An authority is a certificate authority of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // the certificate in PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: t.Name()},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	a := &authority{cert: template, file: filepath.Join(t.TempDir(), "ca.pem")}
	der := a.issue(t, template)
	var err error
	if a.cert, err = x509.ParseCertificate(der.Certificate[0]); err != nil {
		t.Fatal(err)
	}
	a.key = der.PrivateKey.(*ecdsa.PrivateKey)
	write(t, a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o644)
	return a
}

// issue signs a certificate with a key of its own, by itself for the
// authority's first one.
func (a *authority) issue(t *testing.T, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer := a.key
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serve serves w on loopback over TLS, as 127.0.0.1 and host.
func (a *authority) serve(t *testing.T, w http.Handler, host string) *httptest.Server {
	t.Helper()
	leaf := a.issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	})
	s := httptest.NewUnstartedServer(w)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
	s.Config.ErrorLog = discard
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestCAFile(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	w := newWorld(t)
	server := ours.serve(t, w.Server, "github.example")
	for _, tt := range []struct {
		name, caFile string
		err          string // empty if the mint is to succeed
	}{
		{"named", ours.file, ""},
		{"none named", "", "certificate signed by unknown authority"},
		{"another named", other.file, "certificate signed by unknown authority"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.Reset()
			w.slept = nil
			w.client = w.newClient(t, server.URL, tt.caFile)
			_, err := w.mint(t)
			if tt.err == "" {
				if err != nil {
					t.Fatal(err)
				}
				w.requested(t, 1)
				return
			}
			wantError(t, err, BadSetup, tt.err, "name it in ca_file")
			w.requested(t, 0)
			if len(w.slept) > 0 {
				t.Errorf("slept %v, want no further try", w.slept)
			}
		})
	}
}

// A good certificate for another host is none.
//
// Fault: bad-certificate
func TestCertificateOfAnotherHost(t *testing.T) {
	ca := newAuthority(t)
	w := newWorld(t)
	url := ca.serve(t, w.Server, "github.example").URL
	w.client = w.newClient(t, strings.Replace(url, "127.0.0.1", "api.github.localhost", 1), ca.file)
	_, err := w.mint(t)
	wantError(t, err, BadSetup, "certificate is valid for github.example", "ca_file")
	w.requested(t, 0)
}

func TestBadCAFile(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		write(t, path, data, 0o644)
		return path
	}
	_, key := githubtest.Key(0)
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, want string
	}{
		{filepath.Join(dir, "missing"), "no such file or directory"},
		{dir, "not a regular file"},
		{fifo, "not a regular file"},
		{file("empty", nil), "empty holds no certificate in PEM"},
		{file("text", []byte("hello")), "text holds no certificate in PEM"},
		{file("key", key), "key holds no certificate in PEM"},
		{file("large", bytes.Repeat([]byte("\n"), maxCASize+1)), "larger than 1048576 bytes"},
	} {
		err := unblocked(t, func() error {
			_, err := NewClient("https://github.example", tt.path, "1", time.Now)
			return err
		})
		wantError(t, err, BadSetup, tt.want, "check ca_file")
		if !strings.Contains(err.Error(), tt.path) {
			t.Errorf("error = %v, want %s in it", err, tt.path)
		}
	}
}

// No resolver is asked for the names below localhost: RFC 6761, section 6.3.
func TestLocalhostNames(t *testing.T) {
	saved := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = saved })
	net.DefaultResolver = brokenResolver
	w := newWorld(t)
	w.client = w.newClient(t, strings.Replace(w.url, "127.0.0.1", "api.github.localhost", 1), "")
	w.mustMint(t)
	w.conforms(t)

	w.client = w.newClient(t, "https://github.invalid", "")
	_, err := w.mint(t)
	wantError(t, err, Temporary, "lookup github.invalid", "check the network")
}
