package mint

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
)

// MaxKeySize bounds a key's file, in bytes. A 4096-bit key takes about 3,300.
const MaxKeySize = 64 << 10

const askGitHub = "generate a private key on the App's settings page and use the .pem as downloaded"

// ParseKey reads the one RSA key in data, as PKCS#1 (GitHub's form) or PKCS#8,
// with any line ends, a byte order mark or spaces about it. Errors are of kind
// InvalidKey and name what was found and the command that converts it.
func ParseKey(data []byte) (*rsa.PrivateKey, error) {
	if len(data) > MaxKeySize {
		return nil, fault(InvalidKey, askGitHub, "larger than %d bytes: not a private key", MaxKeySize)
	}
	switch begins := bytes.Count(data, []byte("-----BEGIN ")); {
	case begins == 0:
		return nil, fault(InvalidKey, askGitHub, "holds no PEM block: not a private key")
	case begins > 1:
		return nil, fault(InvalidKey, "keep one key a file", "holds more than one PEM block")
	}
	block, _ := pem.Decode(tidy(data))
	if block == nil {
		return nil, fault(InvalidKey, askGitHub, "a damaged PEM block, perhaps cut off")
	}
	key, err := parseBlock(block)
	if err != nil {
		return nil, err
	}
	if bits := key.N.BitLen(); bits < 2048 {
		return nil, fault(InvalidKey, askGitHub, "an RSA key of %d bits: GitHub's have 2048 or more", bits)
	}
	return key, nil
}

// Fingerprint names a key as the App's settings page does, by the SHA-256 of the
// public half in DER (docs.github.com, "Managing private keys for GitHub Apps"),
// or gives nothing where that half is nil, as of a signer that does not tell it.
func Fingerprint(pub crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "" // none is known
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
}

func parseBlock(block *pem.Block) (*rsa.PrivateKey, error) {
	if block.Headers["Proc-Type"] != "" || block.Type == "ENCRYPTED PRIVATE KEY" {
		return nil, fault(InvalidKey, "openssl rsa -in KEY -out NEW", "a private key under a passphrase")
	}
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, fault(InvalidKey, askGitHub, "a damaged PKCS#1 private key")
		}
		return key, nil
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, fault(InvalidKey, askGitHub, "a damaged PKCS#8 private key")
		}
		if rsaKey, ok := key.(*rsa.PrivateKey); ok {
			return rsaKey, nil
		}
		return nil, fault(InvalidKey, askGitHub, "a private key that is not RSA")
	case "OPENSSH PRIVATE KEY":
		return nil, fault(InvalidKey, "ssh-keygen -p -m PEM -f KEY (on a copy, if it is RSA)", "an OpenSSH private key")
	case "EC PRIVATE KEY", "DSA PRIVATE KEY":
		return nil, fault(InvalidKey, askGitHub, "a private key that is not RSA")
	case "PUBLIC KEY", "RSA PUBLIC KEY":
		return nil, fault(InvalidKey, askGitHub, "a public key, not the private one")
	case "CERTIFICATE":
		return nil, fault(InvalidKey, askGitHub, "a certificate, not a private key")
	}
	return nil, fault(InvalidKey, askGitHub, "a PEM block that is no private key")
}

// tidy takes away what editors and other systems add and pem.Decode does not
// take: a byte order mark, indents, and carriage returns that end lines alone.
func tidy(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	lines := bytes.FieldsFunc(data, func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		lines[i] = bytes.TrimSpace(line)
	}
	return bytes.Join(lines, []byte("\n"))
}
