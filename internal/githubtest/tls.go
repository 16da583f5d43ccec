package githubtest

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// ListenTLS serves s at addr as [Server.Listen] does, over TLS and under the given
// host names. ca is the certificate, in PEM, of the authority that vouches for
// them: a client has to trust it first.
func (s *Server) ListenTLS(addr string, names ...string) (ca []byte, stop func(), err error) {
	l, err := listenLoopback(addr)
	if err != nil {
		return nil, nil, err
	}
	cert, err := certify(names)
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	stop = s.serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}}))
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[1]}), stop, nil
}

// certify makes a certificate for names, and the authority's behind it in the
// chain. Both are of one day.
func certify(names []string) (tls.Certificate, error) {
	root, _ := Key(1000)
	key, _ := Key(1001)
	template := func(n int64, name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(n),
			Subject:      pkix.Name{CommonName: name},
			NotBefore:    time.Now().Add(-time.Hour),
			NotAfter:     time.Now().Add(24 * time.Hour),
		}
	}
	issuer := template(1, "test authority")
	issuer.IsCA, issuer.BasicConstraintsValid, issuer.KeyUsage = true, true, x509.KeyUsageCertSign
	leaf := template(2, "test server")
	leaf.DNSNames = names
	sign := func(c *x509.Certificate, public crypto.PublicKey) ([]byte, error) {
		return x509.CreateCertificate(rand.Reader, c, issuer, public, root)
	}
	rootDER, err := sign(issuer, root.Public())
	if err != nil {
		return tls.Certificate{}, err
	}
	leafDER, err := sign(leaf, key.Public())
	return tls.Certificate{Certificate: [][]byte{leafDER, rootDER}, PrivateKey: key}, err
}
