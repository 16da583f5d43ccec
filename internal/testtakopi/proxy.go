package testtakopi

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

const apiHost = "api.telegram.org"

// Listen serves t at addr, a loopback address, as an HTTP proxy that takes
// nothing but CONNECT to Telegram (RFC 9110, section 9.3.6), and answers for it.
// proxy is its URL, and ca the certificate, in PEM, that a client has to trust. stop cuts all
// connections.
func (t *Telegram) Listen(addr string) (proxy string, ca []byte, stop func(), err error) {
	cert, err := certify(apiHost)
	if err != nil {
		return "", nil, nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, nil, err
	}
	tunnels := &tunnels{l.Addr(), make(chan net.Conn), make(chan struct{})}
	quiet := log.New(io.Discard, "", 0)
	front := &http.Server{Handler: tunnels, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	api := &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	go front.Serve(l)
	go api.Serve(tls.NewListener(tunnels, &tls.Config{Certificates: []tls.Certificate{cert}}))
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})
	return "http://" + l.Addr().String(), ca, func() {
		front.Close()
		api.Close()
	}, nil
}

// tunnels takes connections from a proxy to a server: it is a handler there and a
// listener here.
type tunnels struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
}

// ServeHTTP opens a tunnel.
func (l *tunnels) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || r.Host != apiHost+":443" {
		http.Error(w, "this leads to "+apiHost+" alone", http.StatusForbidden)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		conn.Close()
		return
	}
	select {
	case l.conns <- conn:
	case <-l.closed:
		conn.Close()
	}
}

// Accept gives the next tunnel.
func (l *tunnels) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. It is called once.
func (l *tunnels) Close() error { close(l.closed); return nil }

// Addr is the proxy's.
func (l *tunnels) Addr() net.Addr { return l.addr }

// certify makes a certificate of one day that vouches for itself.
func certify(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
