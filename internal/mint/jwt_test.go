package mint

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// The parts are read by hand: the library that wrote them proves nothing.
func TestJWT(t *testing.T) {
	key, _ := githubtest.Key(0)
	got, err := signJWT(clientID, key, now.Add(999_999_999))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(got, ".")
	if len(parts) != 3 {
		t.Fatalf("JWT has %d parts, want 3", len(parts))
	}
	var raw [3][]byte
	for i, part := range parts {
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := string(raw[0]), `{"alg":"RS256","typ":"JWT"}`; got != want {
		t.Errorf("header = %s, want %s", got, want)
	}
	// 2026-06-01T12:00:00Z is 1780315200: a minute less, and nine more.
	want := `{"iss":"Iv23liTESTTESTTEST00","exp":1780315740,"iat":1780315140}`
	if got := string(raw[1]); got != want {
		t.Errorf("claims = %s, want %s", got, want)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], raw[2]); err != nil {
		t.Error(err)
	}
}

// An opaqueSigner is a key that cannot be had, as in a vault.
type opaqueSigner struct {
	signer crypto.Signer
	err    error
	calls  int
}

func (s *opaqueSigner) Public() crypto.PublicKey { return s.signer.Public() }

func (s *opaqueSigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.calls++
	if s.err != nil {
		return nil, s.err
	}
	return s.signer.Sign(rand, digest, opts)
}

func TestAnySigner(t *testing.T) {
	w := newWorld(t)
	key, _ := githubtest.Key(0)
	if _, err := w.client.Mint(t.Context(), octo, &opaqueSigner{signer: key}); err != nil {
		t.Error(err)
	}
	w.conforms(t)
}

func TestSignerFails(t *testing.T) {
	key, _ := githubtest.Key(0)
	broken := errors.New("the token ghs_abcdefghijklmnopqrstuvwxyz0123456789 is in the way")
	sealed := &Error{Kind: Temporary, Reason: "the vault is sealed", Remedy: "unseal it"}
	for _, tt := range []struct {
		name           string
		err            error
		kind           Kind
		reason, remedy string
		calls          int
	}{
		{"any error", broken, InvalidKey, "the JWT cannot be signed: the token ghs_abcd… is in the way", "generate a private key", 1},
		{"one that knows what helps", fmt.Errorf("sign: %w", sealed), Temporary, "the vault is sealed", "unseal it", maxTries},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			signer := &opaqueSigner{key, tt.err, 0}
			_, err := w.client.Mint(t.Context(), octo, signer)
			wantError(t, err, tt.kind, tt.reason, tt.remedy)
			if !IsUnsigned(err) || IsUnsigned(tt.err) {
				t.Errorf("it is not told that the signer failed: %v", err)
			}
			if signer.calls != tt.calls {
				t.Errorf("signer was called %d times, want %d", signer.calls, tt.calls)
			}
			w.requested(t, 0)
		})
	}
}
