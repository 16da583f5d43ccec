package testvault

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
)

// Policy lets a login sign with the key of Setup, as the tool asks for it, and
// nothing else.
const Policy = `path "transit/keys/app" { capabilities = ["read"] }
path "transit/sign/app/sha2-256" { capabilities = ["update"] }`

// Setup makes the RSA key "app" in the engine at transit, the policy "sign" for it,
// and an AppRole "minter" with that policy.
func (s *Server) Setup() error {
	for _, step := range []struct {
		path string
		in   map[string]any
	}{
		{"sys/mounts/transit", map[string]any{"type": "transit"}},
		{"transit/keys/app", map[string]any{"type": "rsa-2048"}},
		{"sys/policies/acl/sign", map[string]any{"policy": Policy}},
		{"sys/auth/approle", map[string]any{"type": "approle"}},
		{"auth/approle/role/minter", map[string]any{"token_policies": "sign", "token_ttl": "5m"}},
	} {
		if _, err := s.Do(http.MethodPost, step.path, step.in); err != nil {
			return err
		}
	}
	return nil
}

// AppRole gives the ids that log in as the role of Setup.
func (s *Server) AppRole() (roleID, secretID string, err error) {
	role, err := s.Do(http.MethodGet, "auth/approle/role/minter/role-id", nil)
	if err != nil {
		return "", "", err
	}
	secret, err := s.Do(http.MethodPost, "auth/approle/role/minter/secret-id", nil)
	if err != nil {
		return "", "", err
	}
	return data(role, "role_id"), data(secret, "secret_id"), nil
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

// Public gives the public half of a version of the key of Setup.
func (s *Server) Public(version int) (*rsa.PublicKey, error) {
	answer, err := s.Do(http.MethodGet, "transit/keys/app", nil)
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
	_, err := s.Do(http.MethodPost, "transit/keys/app/rotate", nil)
	return err
}

// Seal seals Vault, and Unseal opens it again.
func (s *Server) Seal() error {
	_, err := s.Do(http.MethodPost, "sys/seal", nil)
	return err
}

// Unseal opens a sealed Vault.
func (s *Server) Unseal() error {
	_, err := s.Do(http.MethodPost, "sys/unseal", map[string]any{"key": s.UnsealKey})
	return err
}

func data(answer map[string]any, name string) string {
	d, _ := answer["data"].(map[string]any)
	text, _ := d[name].(string)
	return text
}
