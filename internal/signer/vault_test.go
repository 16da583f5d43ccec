package signer

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"net/http"
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

func newVaultSite(t *testing.T) *vaultSite {
	t.Helper()
	s := &vaultSite{T: t, vault: testvault.Start(t), github: githubtest.New(), dir: t.TempDir()}
	if err := s.vault.Setup(); err != nil {
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
	role, secret, err := s.vault.AppRole()
	if err != nil {
		s.Fatal(err)
	}
	key := s.key()
	key.AppRole = &keysource.AppRole{RoleID: role, SecretIDFile: s.file(secret), Mount: "approle"}
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

func TestVaultMints(t *testing.T) {
	s := newVaultSite(t)
	for name, key := range map[string]keysource.Vault{"AppRole": s.withRole(), "token": s.withToken("sign", "1h")} {
		if err := s.mint(key); err != nil {
			t.Errorf("by %s: %v", name, err)
		}
		signer, err := s.open(key)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := mint.Fingerprint(signer.Public()), mint.Fingerprint(s.public(1)); got != want {
			t.Errorf("by %s: the key is %s, want %s", name, got, want)
		}
	}
	if n := len(s.github.Minted()); n != 2 {
		t.Errorf("%d tokens, want 2", n)
	}
}

// A rotation changes nothing: the pinned version signs as before, and the new one,
// which GitHub has never seen, is used only where the spec says so.
func TestVaultRotates(t *testing.T) {
	s := newVaultSite(t)
	key := s.withRole()
	if err := s.vault.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := s.mint(key); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
	key.Version = 2
	if err := s.mint(key); !errors.Is(err, mint.ErrUnknownKey) {
		t.Errorf("by the new version: %v, want that GitHub does not know it", err)
	}
	s.github.SetKeys(1234, s.public(2))
	if err := s.mint(key); err != nil {
		t.Errorf("once GitHub knows it: %v", err)
	}
	key.Version = 3
	s.wantError(s.mint(key), mint.BadSetup, "version 3", "its latest is 2")

	// Vault can be told to sign with newer versions alone, or to forget old ones.
	key.Version = 1
	s.configure(map[string]any{"min_encryption_version": 2})
	s.wantError(s.mint(key), mint.BadSetup, "no such version that it signs with")
	s.configure(map[string]any{"min_decryption_version": 2})
	s.wantError(s.mint(key), mint.BadSetup, "version 1", "its latest is 2")
}

func (s *vaultSite) configure(in map[string]any) {
	s.Helper()
	if _, err := s.vault.Do(http.MethodPost, "transit/keys/app/config", in); err != nil {
		s.Fatal(err)
	}
}

func TestVaultSealed(t *testing.T) {
	s := newVaultSite(t)
	key := s.withToken("sign", "1h")
	signer, err := s.open(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.vault.Seal(); err != nil {
		t.Fatal(err)
	}
	_, err = signer.Sign(nil, digest[:], crypto.SHA256)
	s.wantError(err, mint.Temporary, "503", "Vault is sealed", "the timer tries again")
	_, err = s.open(key)
	s.wantError(err, mint.Temporary, "Vault is sealed")
	if err := s.vault.Unseal(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err = signer.Sign(nil, digest[:], crypto.SHA256); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("unsealed, but: %v", err)
		}
	}
}

func TestVaultTokenExpires(t *testing.T) {
	s := newVaultSite(t)
	key := s.withToken("sign", "2s")
	signer, err := s.open(key)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); err == nil; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the token does not expire")
		}
		_, err = signer.Sign(nil, digest[:], crypto.SHA256)
	}
	s.wantError(err, mint.Denied, "403", "may have expired", key.TokenFile)
	s.wantError(s.mint(key), mint.Denied, "may have expired")
}

func TestVaultDenies(t *testing.T) {
	s := newVaultSite(t)
	policy := func(name, text string) {
		if _, err := s.vault.Do(http.MethodPost, "sys/policies/acl/"+name, map[string]any{"policy": text}); err != nil {
			t.Fatal(err)
		}
	}
	policy("look", `path "transit/keys/app" { capabilities = ["read"] }`)
	policy("other", `path "transit/keys/other" { capabilities = ["read"] }`)
	const needed = `path "transit/sign/app/sha2-256" { capabilities = ["update"] }`
	s.wantError(s.mint(s.withToken("other", "1h")), mint.Denied, "permission denied", needed)
	s.wantError(s.mint(s.withToken("look", "1h")), mint.Denied, "transit/sign/app/sha2-256 with 403", needed)

	key := s.withRole()
	key.AppRole.SecretIDFile = s.file("00000000-0000-0000-0000-000000000000")
	s.wantError(s.mint(key), mint.Denied, "invalid role or secret ID", "put a new secret id into "+key.AppRole.SecretIDFile)
	key = s.withRole()
	if err := os.WriteFile(key.AppRole.SecretIDFile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.wantError(s.mint(key), mint.BadSetup, "is empty")
}

// The policy that the documentation asks for is what the tests live by.
func TestPolicy(t *testing.T) {
	got := strings.ReplaceAll(Policy(keysource.Vault{Mount: "transit", Key: "app"}), " and ", "\n")
	if got != testvault.Policy {
		t.Errorf("got %s, want %s", got, testvault.Policy)
	}
}

func TestVaultIsNotThere(t *testing.T) {
	s := newVaultSite(t)
	good := s.withToken("root", "1h")
	if _, err := s.vault.Do(http.MethodPost, "transit/keys/edwards", map[string]any{"type": "ed25519"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.vault.Do(http.MethodPost, "transit/keys/secret", map[string]any{"type": "aes256-gcm96"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*keysource.Vault)
		kind   mint.Kind
		want   string
	}{
		{"no key", func(v *keysource.Vault) { v.Key = "none" }, mint.BadSetup, "with 404"},
		{"no engine", func(v *keysource.Vault) { v.Mount = "none" }, mint.BadSetup, "no handler for route"},
		{"another kind of key", func(v *keysource.Vault) { v.Key = "edwards" }, mint.BadSetup, "GitHub takes RSA keys alone"},
		{"no pair of keys", func(v *keysource.Vault) { v.Key = "secret" }, mint.BadSetup, "GitHub takes RSA keys alone"},
		{"no authority", func(v *keysource.Vault) { v.CAFile = "" }, mint.Temporary, "name it in ca_file"},
		{"no such file", func(v *keysource.Vault) { v.CAFile = "/no/such" }, mint.BadSetup, "check ca_file"},
		{"nobody there", func(v *keysource.Vault) { v.Address = "https://127.0.0.1:1" }, mint.Temporary, "cannot be reached"},
	} {
		key := good
		tt.change(&key)
		err := s.mint(key)
		s.wantError(err, tt.kind, tt.want)
		if t.Failed() {
			t.Fatal(tt.name)
		}
	}
}
