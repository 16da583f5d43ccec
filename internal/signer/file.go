package signer

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sys/unix"
)

// maxFile bounds a public key's or a credential's file, in bytes.
const maxFile = 16 << 10

// readSmall reads a regular file, and does not block on any other.
func readSmall(path string) ([]byte, os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is no regular file", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return data, info, err
}

// readPublic reads the public half of a command's key.
func readPublic(path string) (*rsa.PublicKey, error) {
	const remedy = "check public_key in the spec; openssl pkey -in KEY -pubout writes such a file"
	data, _, err := readSmall(path)
	if err != nil {
		return nil, cause(mint.BadSetup, err, remedy, "the public key cannot be read")
	}
	public, err := parsePublic(data)
	if err != nil {
		return nil, cause(mint.InvalidKey, err, remedy, "the public key %s", path)
	}
	return public, nil
}

// parsePublic reads an RSA public key in PEM, as PKIX or PKCS#1.
func parsePublic(data []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("holds no PEM block")
	}
	if block.Type == "RSA PUBLIC KEY" {
		return x509.ParsePKCS1PublicKey(block.Bytes)
	}
	if block.Type != "PUBLIC KEY" {
		return nil, errors.New("holds no PUBLIC KEY block")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("is not an RSA key: GitHub takes no other")
	}
	return public, nil
}

// readSecret reads the one word in a credential's file, which others may not read.
// A group may: an agent of Vault's runs as another user, and its sinks are for a
// group by default.
func readSecret(path, what string) (mint.Secret, error) {
	data, info, err := readSmall(path)
	if err != nil {
		return "", cause(mint.BadSetup, err, "check vault in the spec's key block", "the %s cannot be read", what)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fault(mint.BadSetup, "chmod o= "+path, "the %s %s has mode %04o: everybody may use it", what, path, info.Mode().Perm())
	}
	word := string(bytes.TrimSpace(data))
	switch {
	case word == "":
		return "", fault(mint.BadSetup, "put it there, alone in the file", "the %s %s is empty", what, path)
	case strings.HasPrefix(word, "{"):
		return "", fault(mint.BadSetup, "have the agent's sink write the token plain", "the %s %s is wrapped or encrypted", what, path)
	case strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > unicode.MaxASCII || unicode.IsControl(r) }):
		return "", fault(mint.BadSetup, "put it there, alone in the file", "the %s %s holds more than one word", what, path)
	}
	return mint.Secret(word), nil
}
