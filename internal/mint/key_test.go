package mint

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// pkcs8 gives a key's PEM as openssl 3 writes it.
func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

// bits gives a new RSA key of that size.
func bits(t testing.TB, n int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, n)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Fault: key-forms
func TestParseKey(t *testing.T) {
	want, pkcs1 := githubtest.Key(0)
	text := string(pkcs1)
	lines := func(before, after string) string {
		return before + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", after+before) + after
	}
	for name, data := range map[string]string{
		"PKCS#1":           text,
		"PKCS#8":           string(pkcs8(t, want)),
		"CRLF":             lines("", "\r\n"),
		"CR":               lines("", "\r"),
		"byte order mark":  "\xef\xbb\xbf" + text,
		"mark and CRLF":    "\xef\xbb\xbf" + lines("", "\r\n"),
		"trailing blanks":  lines("", " \t\n"),
		"indented":         lines("    ", "\n"),
		"empty lines":      lines("", "\n\n"),
		"blank lines":      "\n \r\n\t" + text + "\n \n",
		"no final newline": strings.TrimSuffix(text, "\n"),
		"text about it":    "Bag Attributes\n    friendlyName: app\n" + text + "that was it\n",
		"at the limit":     text + strings.Repeat("\n", MaxKeySize-len(text)),
	} {
		got, err := ParseKey([]byte(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !got.Equal(want) {
			t.Errorf("%s: another key", name)
		}
	}
}

// Fault: no-rsa-key, bad-key-file
func TestParseKeyRefuses(t *testing.T) {
	key, good := githubtest.Key(0)
	_, other := githubtest.Key(1)
	der := x509.MarshalPKCS1PrivateKey(key)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short := bits(t, 2047)
	const again = "generate a private key on the App's settings page"
	for _, tt := range []struct {
		name           string
		data           []byte
		reason, remedy string
	}{
		{"empty", nil, "holds no PEM block", again},
		{"text", []byte("hello\n"), "holds no PEM block", again},
		{"DER", der, "holds no PEM block", again},
		{"10 MB", bytes.Repeat([]byte("x"), 10<<20), "larger than 65536 bytes", again},
		{"beyond the limit", append(good, bytes.Repeat([]byte("\n"), MaxKeySize+1-len(good))...), "larger than 65536 bytes", again},
		{"two keys", append(bytes.Clone(good), other...), "holds more than one PEM block", "keep one key a file"},
		{"key and certificate", append(bytes.Clone(good), block("CERTIFICATE", der)...), "holds more than one PEM block", "keep one key a file"},
		{"a damaged one before it", append(bytes.Clone(good[:500]), good...), "holds more than one PEM block", "keep one key a file"},
		{"cut off", good[:len(good)/2], "a damaged PEM block, perhaps cut off", again},
		{"no base64", bytes.Replace(good, []byte("M"), []byte("?"), 1), "a damaged PEM block", again},
		{"PKCS#1 of nonsense", block("RSA PRIVATE KEY", []byte("hello")), "a damaged PKCS#1 private key", again},
		{"PKCS#1 of nothing", block("RSA PRIVATE KEY", nil), "a damaged PKCS#1 private key", again},
		{"PKCS#1 cut off", block("RSA PRIVATE KEY", der[:len(der)-9]), "a damaged PKCS#1 private key", again},
		{"PKCS#8 of nonsense", block("PRIVATE KEY", []byte("hello")), "a damaged PKCS#8 private key", again},
		{"wrong numbers", block("RSA PRIVATE KEY", append(bytes.Clone(der[:40]), append([]byte{der[40] ^ 1}, der[41:]...)...)), "a damaged PKCS#1 private key", again},
		{"EC", block("EC PRIVATE KEY", der), "a private key that is not RSA", again},
		{"EC as PKCS#8", pkcs8(t, ec), "a private key that is not RSA", again},
		{"Ed25519 as PKCS#8", pkcs8(t, ed), "a private key that is not RSA", again},
		{"DSA", block("DSA PRIVATE KEY", der), "a private key that is not RSA", again},
		{"public", block("PUBLIC KEY", der), "a public key, not the private one", again},
		{"public as PKCS#1", block("RSA PUBLIC KEY", der), "a public key, not the private one", again},
		{"certificate", block("CERTIFICATE", der), "a certificate, not a private key", again},
		{"request", block("CERTIFICATE REQUEST", der), "a PEM block that is no private key", again},
		{"OpenSSH", block("OPENSSH PRIVATE KEY", der), "an OpenSSH private key", "ssh-keygen -p -m PEM -f KEY"},
		{"encrypted", block("ENCRYPTED PRIVATE KEY", der), "a private key under a passphrase", "openssl rsa -in KEY -out NEW"},
		{"2047 bits", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)), "an RSA key of 2047 bits", again},
		{"2047 bits as PKCS#8", pkcs8(t, short), "an RSA key of 2047 bits", again},
		{"1024 bits", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(bits(t, 1024))), "an RSA key of 1024 bits", again},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseKey(tt.data)
			wantError(t, err, InvalidKey, tt.reason, tt.remedy)
			if got != nil {
				t.Error("a key with its error")
			}
		})
	}
}

// FuzzParseKey holds ParseKey to its promises for any bytes: a key that is good
// for GitHub and is read again, or an error with a remedy and nothing of the key.
func FuzzParseKey(f *testing.F) {
	key, good := githubtest.Key(0)
	f.Add(good)
	f.Add(pkcs8(f, key))
	f.Add(bytes.ReplaceAll(good, []byte("\n"), []byte(" \r\r\n")))
	f.Add(append(bytes.Clone(good), good...))
	f.Add(good[:len(good)-40])
	f.Add([]byte("\xef\xbb\xbf-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----"))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"))
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		got, err := ParseKey(data)
		if !bytes.Equal(data, before) {
			t.Fatal("ParseKey wrote into its input")
		}
		if err != nil {
			if e, ok := err.(*Error); !ok || got != nil || e.Kind != InvalidKey || e.Remedy == "" || e.Err != nil || len(e.Reason) > 100 {
				t.Errorf("ParseKey() = %v, %#v, want no key and a short InvalidKey error with a remedy", got, err)
			}
			return
		}
		again, err := ParseKey(block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(got)))
		if err != nil || !again.Equal(got) || got.N.BitLen() < 2048 {
			t.Errorf("key of %d bits, read again: %v", got.N.BitLen(), err)
		}
	})
}
