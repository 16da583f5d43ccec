package testvault

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
)

// RoleID is that of the AppRole of Setup.
const RoleID = "minter"

// Policy lets a login sign with a key, and nothing else.
func Policy(key string) string {
	return `path "transit/keys/` + key + `" { capabilities = ["read"] }
path "transit/sign/` + key + `/sha2-256" { capabilities = ["update"] }`
}

// Role is an AppRole with a policy, as docs/keys.md has one make it.
func Role(policy string) map[string]any {
	return map[string]any{"token_policies": policy, "token_no_default_policy": true, "token_ttl": "5m", "token_max_ttl": "5m", "token_num_uses": "10", "secret_id_ttl": "720h"}
}

// Setup makes an RSA key in the engine at transit, the policy "sign" for it, and an
// AppRole with that policy.
func (s *Server) Setup(key string) error {
	s.key = key
	for _, step := range []struct {
		path string
		in   map[string]any
	}{
		{"sys/mounts/transit", map[string]any{"type": "transit"}},
		{s.keyPath(), map[string]any{"type": "rsa-2048"}},
		{"sys/policies/acl/sign", map[string]any{"policy": Policy(key)}},
		{"sys/auth/approle", map[string]any{"type": "approle"}},
		{"auth/approle/role/minter", Role("sign")},
		{"auth/approle/role/minter/role-id", map[string]any{"role_id": RoleID}},
	} {
		if _, err := s.Do(http.MethodPost, step.path, step.in); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) keyPath() string { return "transit/keys/" + s.key }

// SecretID gives a new one for the AppRole of Setup.
func (s *Server) SecretID() (string, error) {
	secret, err := s.Do(http.MethodPost, "auth/approle/role/minter/secret-id", nil)
	if err != nil {
		return "", err
	}
	data, _ := secret["data"].(map[string]any)
	text, _ := data["secret_id"].(string)
	return text, nil
}

// Token gives one with a policy, that lives as long as ttl says, such as "1h".
func (s *Server) Token(policy, ttl string) (string, error) {
	answer, err := s.Do(http.MethodPost, "auth/token/create", map[string]any{"policies": []string{policy}, "ttl": ttl, "no_default_policy": true})
	if err != nil {
		return "", err
	}
	auth, _ := answer["auth"].(map[string]any)
	token, _ := auth["client_token"].(string)
	return token, nil
}

// Export gives version 1 of the key of Setup in PEM, once it is exportable.
func (s *Server) Export() (string, error) {
	answer, err := s.Do(http.MethodGet, "transit/export/signing-key/"+s.key+"/1", nil)
	if err != nil {
		return "", err
	}
	data, _ := answer["data"].(map[string]any)
	keys, _ := data["keys"].(map[string]any)
	text, _ := keys["1"].(string)
	return text, nil
}

// Public gives the public half of a version of the key of Setup.
func (s *Server) Public(version int) (*rsa.PublicKey, error) {
	answer, err := s.Do(http.MethodGet, s.keyPath(), nil)
	if err != nil {
		return nil, err
	}
	key, _ := answer["data"].(map[string]any)
	versions, _ := key["keys"].(map[string]any)
	one, _ := versions[strconv.Itoa(version)].(map[string]any)
	text, _ := one["public_key"].(string)
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("no version %d: %v", version, answer)
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	return public.(*rsa.PublicKey), nil
}

// Rotate makes a new version of the key of Setup.
func (s *Server) Rotate() error {
	_, err := s.Do(http.MethodPost, s.keyPath()+"/rotate", nil)
	return err
}

// Seal seals Vault.
func (s *Server) Seal() error {
	_, err := s.Do(http.MethodPost, "sys/seal", nil)
	return err
}

// Unseal opens a sealed Vault.
func (s *Server) Unseal() error {
	_, err := s.Do(http.MethodPost, "sys/unseal", map[string]any{"key": s.UnsealKey})
	return err
}
