package signer

import (
	"crypto"
	"crypto/rsa"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A file is a key like any other.
func TestFile(t *testing.T) {
	private, _ := pemFiles(t, 0)
	key, _ := githubtest.Key(0)
	s, err := Open(t.Context(), keysource.Source{File: private}, nil)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := s.Sign(nil, digest[:], crypto.SHA256)
	if err != nil || rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature) != nil {
		t.Errorf("%x, %v", signature, err)
	}
}

// The public half is told where this host has it, and no program runs for it.
func TestPublic(t *testing.T) {
	private, public := pemFiles(t, 0)
	key, _ := githubtest.Key(0)
	ran := filepath.Join(t.TempDir(), "ran")
	command := []string{script(t, "touch "+ran)}
	for _, tt := range []struct {
		name   string
		source keysource.Source
		want   bool
	}{
		{"file", keysource.Source{File: private}, true},
		{"command", keysource.Source{Command: command}, false},
		{"command with a public key", keysource.Source{Command: command, PublicKey: public}, true},
		{"Vault", keysource.Source{Vault: &keysource.Vault{Address: "http://127.0.0.1:1"}}, false},
	} {
		got, err := Public(tt.source)
		if err != nil || tt.want != key.PublicKey.Equal(got) || !tt.want && got != nil {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
	for _, s := range []keysource.Source{{File: "/no/such"}, {Command: command, PublicKey: "/no/such"}} {
		if got, err := Public(s); err == nil || got != nil {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the command ran")
	}
}

// Nobody is asked for what is not RS256.
func TestSignsNothingElse(t *testing.T) {
	ran := filepath.Join(t.TempDir(), "ran")
	s, err := Open(t.Context(), keysource.Source{Command: []string{script(t, "touch "+ran)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		digest []byte
		opts   crypto.SignerOpts
	}{
		{digest[:], crypto.SHA512},
		{digest[:20], crypto.SHA256},
		{digest[:], &rsa.PSSOptions{Hash: crypto.SHA256}},
	} {
		_, err := s.Sign(nil, tt.digest, tt.opts)
		wantError(t, err, mint.InvalidKey, "only SHA-256")
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the command ran")
	}
}

// A pipe where a file should be holds up nobody.
func TestPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := readSmall(pipe); err == nil {
		t.Error("it was read")
	}
}
