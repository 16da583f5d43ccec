package signer

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Policy is what a login to Vault has to be allowed, to sign with the key of v and
// no more (developer.hashicorp.com/vault/docs/concepts/policies).
func Policy(v keysource.Vault) string {
	return fmt.Sprintf(`path "%s" { capabilities = ["read"] } and path "%s" { capabilities = ["update"] }`, keyPath(v), signPath(v))
}

func keyPath(v keysource.Vault) string { return v.Mount + "/keys/" + url.PathEscape(v.Key) }

func signPath(v keysource.Vault) string {
	return v.Mount + "/sign/" + url.PathEscape(v.Key) + "/sha2-256"
}

// openVault logs in, and reads the public half of the pinned version.
func openVault(ctx context.Context, v keysource.Vault) (crypto.Signer, error) {
	c, err := newVaultClient(v)
	if err != nil {
		return nil, err
	}
	if err := c.login(ctx); err != nil {
		return nil, err
	}
	public, err := c.public(ctx)
	if err != nil {
		return nil, err
	}
	return remote{public, keysource.Source{Vault: &v}, c.exportable, func(digest []byte) ([]byte, error) { return c.sign(ctx, digest) }}, nil
}

// login takes the token from its file, or asks for one with an AppRole
// (developer.hashicorp.com/vault/api-docs/auth/approle, "Login With AppRole").
func (c *vaultClient) login(ctx context.Context) (err error) {
	if c.AppRole == nil {
		c.token, err = readSecret(c.TokenFile, "token of Vault")
		return err
	}
	secret, err := readSecret(c.AppRole.SecretIDFile, "secret id of Vault's AppRole")
	if err != nil {
		return err
	}
	c.secretID = secret
	var answer struct {
		Auth struct {
			ClientToken string `json:"client_token"`
		} `json:"auth"`
	}
	err = c.call(ctx, http.MethodPost, "auth/"+c.AppRole.Mount+"/login",
		map[string]any{"role_id": c.AppRole.RoleID, "secret_id": secret.Reveal()}, &answer)
	if err == nil && answer.Auth.ClientToken == "" {
		err = fault(mint.BadSetup, "check approle in the spec's key block", "Vault at %s gave no token to the AppRole", c.Address)
	}
	c.token = mint.Secret(answer.Auth.ClientToken)
	return err
}

// public reads the public half of the pinned version
// (developer.hashicorp.com/vault/api-docs/secret/transit, "Read key").
func (c *vaultClient) public(ctx context.Context) (*rsa.PublicKey, error) {
	var answer struct {
		Data struct {
			Type   string                     `json:"type"`
			Keys   map[string]json.RawMessage `json:"keys"` // by version; numbers, where there is no public half
			Latest int64                      `json:"latest_version"`
			Oldest int64                      `json:"min_encryption_version"` // that signs; Vault calls an older one its own fault

			Exportable  bool `json:"exportable"`
			PlainBackup bool `json:"allow_plaintext_backup"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodGet, keyPath(c.Vault), nil, &answer); err != nil {
		return nil, err
	}
	key := answer.Data
	c.exportable = key.Exportable || key.PlainBackup
	if !strings.HasPrefix(key.Type, "rsa-") {
		return nil, fault(mint.BadSetup, "import the key that GitHub gave you for the App, as type rsa-2048", "%s is of type %q, and GitHub takes RSA keys alone", c.name(), key.Type)
	}
	raw, ok := key.Keys[fmt.Sprint(c.Version)]
	if !ok || c.Version < key.Oldest {
		return nil, fault(mint.BadSetup, "let version be the one that GitHub knows", "%s has no such version that it signs with; its latest is %d", c.name(), key.Latest)
	}
	var version struct {
		PublicKey string `json:"public_key"`
	}
	if err := json.Unmarshal(raw, &version); err != nil {
		return nil, fault(mint.BadSetup, "check address, mount and key in the spec's key block", "%s has no public key", c.name())
	}
	public, err := parsePublic([]byte(version.PublicKey))
	if err != nil {
		return nil, cause(mint.BadSetup, err, "check address, mount and key in the spec's key block", "the public key of %s", c.name())
	}
	return public, nil
}

// sign has the pinned version sign, and no other: GitHub has never seen the one
// that a rotation makes (developer.hashicorp.com/vault/api-docs/secret/transit,
// "Sign data").
func (c *vaultClient) sign(ctx context.Context, digest []byte) ([]byte, error) {
	var answer struct {
		Data struct {
			Signature string `json:"signature"`
		} `json:"data"`
	}
	err := c.call(ctx, http.MethodPost, signPath(c.Vault), map[string]any{
		"input": base64.StdEncoding.EncodeToString(digest), "prehashed": true,
		"signature_algorithm": "pkcs1v15", "key_version": c.Version}, &answer)
	if err != nil {
		return nil, err
	}
	text, ok := strings.CutPrefix(answer.Data.Signature, fmt.Sprintf("vault:v%d:", c.Version))
	signature, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return nil, fault(mint.BadSetup, "check address, mount and key in the spec's key block", "what %s gave is no signature by that version", c.name())
	}
	return signature, nil
}
