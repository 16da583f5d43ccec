package signer

import (
	"crypto"
	"errors"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
)

func TestVaultMints(t *testing.T) { onEach(t, vaultMints) }

func vaultMints(t *testing.T, s *vaultSite) {
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
func TestVaultRotates(t *testing.T) { onEach(t, vaultRotates) }

func vaultRotates(t *testing.T, s *vaultSite) {
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

func TestVaultSealed(t *testing.T) { onEach(t, vaultSealed) }

func vaultSealed(t *testing.T, s *vaultSite) {
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

func TestVaultTokenExpires(t *testing.T) { onEach(t, vaultTokenExpires) }

func vaultTokenExpires(t *testing.T, s *vaultSite) {
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

func TestVaultDenies(t *testing.T) { onEach(t, vaultDenies) }

func vaultDenies(t *testing.T, s *vaultSite) {
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

// A key that Vault would give away is told apart.
func TestVaultExports(t *testing.T) { onEach(t, vaultExports) }

func vaultExports(t *testing.T, s *vaultSite) {
	key := s.withRole()
	for _, config := range []map[string]any{nil, {"exportable": true}} {
		if config != nil {
			s.configure(config)
		}
		signer, err := s.open(key)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := Exportable(signer), config != nil; got != want {
			t.Errorf("%v: exportable %t, want %t", config, got, want)
		}
	}
}

// The policy that the documentation asks for is what the tests live by.
func TestPolicy(t *testing.T) {
	got := strings.ReplaceAll(Policy(keysource.Vault{Mount: "transit", Key: "app"}), " and ", "\n")
	if got != testvault.Policy("app") {
		t.Errorf("got %s, want %s", got, testvault.Policy("app"))
	}
}

// So is the role.
func TestDocumentedRole(t *testing.T) {
	docs, err := os.ReadFile("../../docs/how-to/vault.md")
	if err != nil {
		t.Fatal(err)
	}
	_, command, _ := strings.Cut(string(docs), "vault write auth/approle/role/takopi ")
	command, _, _ = strings.Cut(command, "\nvault ")
	got := map[string]any{}
	for _, setting := range strings.Fields(strings.ReplaceAll(command, "\\\n", " ")) {
		key, value, _ := strings.Cut(setting, "=")
		got[key] = value
	}
	want := testvault.Role("takopi")
	want["token_no_default_policy"] = "true"
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
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
