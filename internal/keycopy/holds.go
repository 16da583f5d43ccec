package keycopy

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

const (
	// derStart is Base64 of the first bytes of an RSA key in DER: a sequence whose
	// length takes two bytes (X.690, section 8.1.3). So begins the body of a PEM block,
	// too (RFC 7468).
	derStart = "MII"
	// pemStart is Base64 of what a PEM block begins with, five dashes and BEGIN.
	pemStart = "LS0tLS1CRUdJTi"
	// maxKey bounds a key in DER, in bytes: one of 16384 bits takes about 9,300.
	maxKey = 16 << 10
)

// Holds reports whether data has the private key of a fingerprint somewhere: in PEM,
// with any line ends, indents and escapes, in DER, or in Base64 of either.
func Holds(data []byte, fingerprint string) bool {
	if isKey(data, fingerprint) || holdsText(data, fingerprint) {
		return true
	}
	for rest := data; ; {
		at := bytes.Index(rest, []byte(pemStart))
		if at < 0 {
			return false
		}
		if holdsText(decode(rest[at:], maxSize), fingerprint) {
			return true
		}
		rest = rest[at+len(pemStart):]
	}
}

// holdsText looks for Base64 of a key in DER.
func holdsText(text []byte, fingerprint string) bool {
	for {
		at := bytes.Index(text, []byte(derStart))
		if at < 0 {
			return false
		}
		if head := decode(text[at:], 4); len(head) == 4 {
			if isKey(decode(text[at:], derLen(head)), fingerprint) {
				return true
			}
		}
		text = text[at+len(derStart):]
	}
}

// derLen gives how long the sequence is whose first four bytes are head, or nothing if
// that is longer than keys are.
func derLen(head []byte) int {
	n := 4 + int(head[2])<<8 + int(head[3])
	if n > maxKey {
		return 0
	}
	return n
}

// isKey reports whether der is the private key of a fingerprint, as PKCS#1 or PKCS#8.
func isKey(der []byte, fingerprint string) bool {
	if len(der) < 4 || der[0] != 0x30 || der[1] != 0x82 || derLen(der) != len(der) {
		return false
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		other, _ := x509.ParsePKCS8PrivateKey(der)
		key, _ = other.(*rsa.PrivateKey)
	}
	return key != nil && mint.Fingerprint(&key.PublicKey) == fingerprint
}

// decode gives the first most bytes, or as many as there are, of what text begins with
// in Base64. Blanks, line ends and the backslashes of written-out ones are passed over.
func decode(text []byte, most int) []byte {
	chars := make([]byte, 0, (most+2)/3*4)
	for i := 0; i < len(text) && len(chars) < cap(chars); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == 'n' || text[i+1] == 'r'):
			i++
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\':
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			chars = append(chars, c)
		default:
			i = len(text) // the end of it
		}
	}
	if len(chars)%4 == 1 {
		chars = chars[:len(chars)-1]
	}
	der, err := base64.RawStdEncoding.DecodeString(string(chars))
	if err != nil {
		return nil
	}
	return der[:min(most, len(der))]
}
