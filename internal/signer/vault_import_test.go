package signer

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
)

// importRules let a token import the key "late", and nothing else.
const importRules = `path "transit/wrapping_key" { capabilities = ["read"] }
path "transit/keys/late/import" { capabilities = ["update"] }`

// lateKey is the App's key, which Vault does not have yet, for a login that may sign
// with it.
func (s *vaultSite) lateKey(bits int) (keysource.Vault, *rsa.PrivateKey) {
	s.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		s.Fatal(err)
	}
	s.policy("late-sign", testvault.Policy("late"))
	s.policy("late-import", importRules)
	key := s.withToken("late-sign", "1h")
	key.Key = "late"
	return key, private
}

func (s *vaultSite) policy(name, rules string) {
	s.Helper()
	s.do(http.MethodPost, "sys/policies/acl/"+name, map[string]any{"policy": rules})
}

func (s *vaultSite) do(method, path string, in any) map[string]any {
	s.Helper()
	out, err := s.vault.Do(method, path, in)
	if err != nil {
		s.Fatal(err)
	}
	return out
}

func (s *vaultSite) token(policy string) mint.Secret {
	s.Helper()
	token, err := s.vault.Token(policy, "1h")
	if err != nil {
		s.Fatal(err)
	}
	s.secrets = append(s.secrets, token)
	return mint.Secret(token)
}

// What is imported signs for GitHub, in each of the sizes that Vault knows, and comes
// out again by no way.
func TestVaultImport(t *testing.T) { onEach(t, vaultImport) }

func vaultImport(t *testing.T, s *vaultSite) {
	for _, bits := range []int{2048, 3072, 4096} {
		key, private := s.lateKey(bits)
		if has, err := HasKey(t.Context(), key); has || err != nil {
			t.Fatalf("before: %v, %v", has, err)
		}
		if err := Import(t.Context(), key, s.token("late-import"), private); err != nil {
			t.Fatalf("%d bits: %v", bits, err)
		}
		if has, err := HasKey(t.Context(), key); !has || err != nil {
			t.Fatalf("afterwards: %v, %v", has, err)
		}
		s.github.SetKeys(1234, &private.PublicKey)
		if err := s.mint(key); err != nil {
			t.Errorf("%d bits: %v", bits, err)
		}
		got, _ := s.do(http.MethodGet, "transit/keys/late", nil)["data"].(map[string]any)
		for _, never := range []string{"exportable", "allow_plaintext_backup", "imported_key_allow_rotation"} {
			if got[never] != false {
				t.Errorf("%s is %v, want false", never, got[never])
			}
		}
		s.do(http.MethodPost, "transit/keys/late/config", map[string]any{"deletion_allowed": true})
		s.do(http.MethodDelete, "transit/keys/late", nil)
	}
}

// Whatever stands in the way of an import is told, with what mends it, and no key
// comes of it.
func TestVaultImportRefused(t *testing.T) { onEach(t, vaultImportRefused) }

func vaultImportRefused(t *testing.T, s *vaultSite) {
	good, private := s.lateKey(2048)
	odd, err := rsa.GenerateKey(rand.Reader, 2560)
	if err != nil {
		t.Fatal(err)
	}
	may := s.token("late-import")
	for _, tt := range []struct {
		name   string
		token  mint.Secret
		key    *rsa.PrivateKey
		change func(*keysource.Vault)
		kind   mint.Kind
		want   []string
	}{
		{"may not", s.token("late-sign"), private, func(*keysource.Vault) {}, mint.Denied,
			[]string{"answers transit/wrapping_key with 403", `give the token in VAULT_TOKEN a policy with path "transit/wrapping_key" { capabilities = ["read"] } and path "transit/keys/late/import"`}},
		{"another name", may, private, func(v *keysource.Vault) { v.Key = "other" }, mint.Denied, []string{"transit/keys/other/import with 403"}},
		{"another version", may, private, func(v *keysource.Vault) { v.Version = 2 }, mint.BadSetup, []string{"let version be 1"}},
		{"an odd size", may, odd, func(*keysource.Vault) {}, mint.InvalidKey, []string{"no RSA key of 2560 bits"}},
		{"no such mount", may, private, func(v *keysource.Vault) { v.Mount = "nowhere" }, mint.Denied, []string{"nowhere/wrapping_key"}},
		{"nobody there", may, private, func(v *keysource.Vault) { v.Address = "https://127.0.0.1:1" }, mint.Temporary, []string{"cannot be reached"}},
	} {
		v := good
		tt.change(&v)
		s.wantError(Import(t.Context(), v, tt.token, tt.key), tt.kind, tt.want...)
		if t.Failed() {
			t.Fatal(tt.name)
		}
	}
	if has, err := HasKey(t.Context(), good); has || err != nil {
		t.Errorf("a key came of it: %v, %v", has, err)
	}
}

// A name that another key has is not taken, and a login that cannot sign is noticed
// while the key's file is still what signs.
func TestVaultImportTaken(t *testing.T) { onEach(t, vaultImportTaken) }

func vaultImportTaken(t *testing.T, s *vaultSite) {
	taken, may := s.withToken("sign", "1h"), s.token("root")
	another, _ := githubtest.Key(0)
	before := s.public(1)
	if err := Import(t.Context(), taken, may, another); err == nil || !before.Equal(s.public(1)) {
		t.Errorf("a key was imported over another one: %v", err)
	}
	s.wantError(signsWith(t.Context(), taken, &another.PublicKey), mint.BadSetup, "name another key", "is the key SHA256:")
	key, private := s.lateKey(2048)
	s.policy("late-sign", `path "transit/keys/late" { capabilities = ["read"] }`)
	s.wantError(Import(t.Context(), key, s.token("late-import"), private), mint.Denied, "transit/sign/late/sha2-256")
	if _, err := HasKey(t.Context(), s.withToken("late-import", "1h")); err == nil {
		t.Error("a login that may not look is told nothing of it")
	}
}
