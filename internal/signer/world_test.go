package signer

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
)

// A vaultSite is a real Vault that has the key of an App, and a GitHub that knows it.
type vaultSite struct {
	*testing.T
	vault   *testvault.Server
	github  *githubtest.Server
	client  *mint.Client
	dir     string
	secrets []string // what no error may hold
}

// onEach runs a test on what has this API.
func onEach(t *testing.T, test func(*testing.T, *vaultSite)) {
	t.Run("Vault", func(t *testing.T) { test(t, newVaultSite(t)) })
	t.Run("OpenBao", func(t *testing.T) { test(t, newSite(t, testvault.StartOpenBao(t))) })
}

func newVaultSite(t *testing.T) *vaultSite {
	t.Helper()
	return newSite(t, testvault.Start(t))
}

func newSite(t *testing.T, vault *testvault.Server) *vaultSite {
	t.Helper()
	s := &vaultSite{T: t, vault: vault, github: githubtest.New(), dir: t.TempDir()}
	if err := s.vault.Setup("app"); err != nil {
		t.Fatal(err)
	}
	s.secrets = []string{s.vault.RootToken}
	s.github.AddApp(githubtest.App{ID: 1234, Slug: "octo-bot", Keys: []*rsa.PublicKey{s.public(1)}})
	s.github.AddInstallation(githubtest.Installation{ID: 11, AppID: 1234, Owner: "octo-org", Repositories: []string{"octo-org/hello"}})
	url, stop, err := s.github.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	if s.client, err = mint.NewClient(url, "", "test", time.Now); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *vaultSite) public(version int) *rsa.PublicKey {
	s.Helper()
	public, err := s.vault.Public(version)
	if err != nil {
		s.Fatal(err)
	}
	return public
}

// file writes what opens Vault.
func (s *vaultSite) file(secret string) string {
	s.Helper()
	s.secrets = append(s.secrets, secret)
	path := filepath.Join(s.dir, "secret-"+string(rune('a'+len(s.secrets))))
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		s.Fatal(err)
	}
	return path
}

// key is version 1 of the App's key, without a login.
func (s *vaultSite) key() keysource.Vault {
	s.Helper()
	ca, err := s.vault.CAFile(s.dir)
	if err != nil {
		s.Fatal(err)
	}
	return keysource.Vault{Address: s.vault.Address, Mount: "transit", Key: "app", Version: 1, CAFile: ca}
}

func (s *vaultSite) withRole() keysource.Vault {
	s.Helper()
	secret, err := s.vault.SecretID()
	if err != nil {
		s.Fatal(err)
	}
	key := s.key()
	key.AppRole = &keysource.AppRole{RoleID: testvault.RoleID, SecretIDFile: s.file(secret), Mount: "approle"}
	return key
}

func (s *vaultSite) withToken(policy, ttl string) keysource.Vault {
	s.Helper()
	token, err := s.vault.Token(policy, ttl)
	if err != nil {
		s.Fatal(err)
	}
	key := s.key()
	key.TokenFile = s.file(token)
	return key
}

func (s *vaultSite) open(key keysource.Vault) (crypto.Signer, error) {
	return Open(s.Context(), keysource.Source{Vault: &key}, nil)
}

func (s *vaultSite) mint(key keysource.Vault) error {
	signer, err := s.open(key)
	if err == nil {
		_, err = s.client.Mint(s.Context(), mint.Installation{Issuer: "1234", ID: 11}, signer)
	}
	return err
}

func (s *vaultSite) wantError(err error, kind mint.Kind, texts ...string) {
	s.Helper()
	wantError(s.T, err, kind, texts...)
	var remedy string
	if e, ok := errors.AsType[*mint.Error](err); ok {
		remedy = e.Remedy
	}
	for _, secret := range s.secrets {
		if err != nil && strings.Contains(err.Error()+remedy, secret) {
			s.Errorf("the error holds a secret: %v", err)
		}
	}
}
