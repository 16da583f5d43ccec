package testvault

import (
	"crypto/rsa"
	"testing"
)

func TestServer(t *testing.T) {
	t.Run("Vault", func(t *testing.T) { testServer(t, Start(t)) })
	t.Run("OpenBao", func(t *testing.T) { testServer(t, StartOpenBao(t)) })
}

func testServer(t *testing.T, s *Server) {
	if err := s.Setup("app"); err != nil {
		t.Fatal(err)
	}
	public := func(version int) *rsa.PublicKey {
		key, err := s.Public(version)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	first := public(1)
	if err := s.Rotate(); err != nil {
		t.Fatal(err)
	}
	if !first.Equal(public(1)) || first.Equal(public(2)) {
		t.Error("a rotation does not add a version to those that there are")
	}
	if id, err := s.SecretID(); err != nil || id == "" {
		t.Errorf("a secret id %q, %v", id, err)
	}
	if token, err := s.Token("sign", "1h"); err != nil || token == "" {
		t.Errorf("a token %q, %v", token, err)
	}
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Public(1); err == nil {
		t.Error("a sealed Vault gives its keys")
	}
	if err := s.Unseal(); err != nil {
		t.Fatal(err)
	}
}
