package signer

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/tink-crypto/tink-go/v2/kwp/subtle"
)

// importTime bounds one request of an import: Vault makes its wrapping key, 4096 bits of
// RSA, when it is first asked for it, which takes a small machine its time.
const importTime = 2 * time.Minute

// ImportPolicy is what a token has to be allowed, to import the key of v and no more.
func ImportPolicy(v keysource.Vault) string {
	return fmt.Sprintf(`path "%s" { capabilities = ["read"] } and path "%s" { capabilities = ["update"] }`, wrappingPath(v), importPath(v))
}

func wrappingPath(v keysource.Vault) string { return v.Mount + "/wrapping_key" }

func importPath(v keysource.Vault) string { return keyPath(v) + "/import" }

// HasKey reports whether Vault has a key of v's name, in whatever versions. It asks
// by v's own login. Errors are of type *mint.Error.
func HasKey(ctx context.Context, v keysource.Vault) (bool, error) {
	c, err := newVaultClient(v)
	if err == nil {
		err = c.login(ctx)
	}
	if err == nil {
		err = c.call(ctx, http.MethodGet, keyPath(v), nil, nil)
	}
	if errors.Is(err, errNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Import makes key the one of v's name in Vault, with a token that may do so, and has
// v's own login sign with it, which shows that it is there. Vault gives the key to
// nobody afterwards, and does not rotate it, since GitHub would not know the next
// version. The key goes wrapped, so that who only looks on where TLS ends before Vault
// does not see it. Who changes answers there could give a wrapping key of theirs, and
// would: nothing but TLS vouches for that
// (developer.hashicorp.com/vault/docs/secrets/transit, "Bring your own key").
// Errors are of type *mint.Error and hold no secret.
func Import(ctx context.Context, v keysource.Vault, token mint.Secret, key *rsa.PrivateKey) error {
	if v.Version != 1 {
		return fault(mint.BadSetup, "let version be 1", "what is imported to %s/%s becomes its version 1, and the spec pins version %d", v.Mount, v.Key, v.Version)
	}
	bits := key.N.BitLen()
	if !slices.Contains([]int{2048, 3072, 4096}, bits) {
		return fault(mint.InvalidKey, "generate a private key on the App's settings page", "Vault takes no RSA key of %d bits", bits)
	}
	c, err := newVaultClient(v)
	if err != nil {
		return err
	}
	c.token, c.importing, c.http.Timeout = token, true, importTime
	wrapping, err := c.wrappingKey(ctx)
	if err != nil {
		return err
	}
	wrapped, err := wrap(key, wrapping)
	if err != nil {
		return cause(mint.BadSetup, err, "check mount in the spec's key block", "the key cannot be wrapped for Vault")
	}
	if err := c.call(ctx, http.MethodPost, importPath(v), map[string]any{
		"ciphertext": base64.StdEncoding.EncodeToString(wrapped), "hash_function": "SHA256", "type": fmt.Sprintf("rsa-%d", bits),
		"exportable": false, "allow_plaintext_backup": false, "allow_rotation": false}, nil); err != nil {
		return err
	}
	return signsWith(ctx, v, &key.PublicKey)
}

// wrappingKey reads the public key for keys that are to come
// (developer.hashicorp.com/vault/api-docs/secret/transit, "Get wrapping key").
func (c *vaultClient) wrappingKey(ctx context.Context) (*rsa.PublicKey, error) {
	var answer struct {
		Data struct {
			PublicKey string `json:"public_key"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodGet, wrappingPath(c.Vault), nil, &answer); err != nil {
		return nil, err
	}
	public, err := parsePublic([]byte(answer.Data.PublicKey))
	if err != nil {
		return nil, cause(mint.BadSetup, err, "check address and mount in the spec's key block", "the wrapping key of the Vault at %s", c.Address)
	}
	return public, nil
}

// wrap gives an AES key of its own under RSA-OAEP and, behind it, key in PKCS#8 under
// that AES key by KWP (RFC 5649).
func wrap(key *rsa.PrivateKey, wrapping *rsa.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	ephemeral := make([]byte, 32)
	rand.Read(ephemeral) // which never fails
	sealed, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, wrapping, ephemeral, nil)
	if err != nil {
		return nil, err
	}
	kwp, err := subtle.NewKWP(ephemeral)
	if err != nil {
		return nil, err
	}
	wrapped, err := kwp.Wrap(der)
	return slices.Concat(sealed, wrapped), err
}

// signsWith has the login of v sign, and compares whose signature it is: the name may
// have been taken meanwhile.
func signsWith(ctx context.Context, v keysource.Vault, want *rsa.PublicKey) error {
	s, err := openVault(ctx, v)
	if err != nil {
		return err
	}
	if !want.Equal(s.Public()) {
		return fault(mint.BadSetup, "name another key", "%s is the key %s, not %s", keysource.Source{Vault: &v}, mint.Fingerprint(s.Public()), mint.Fingerprint(want))
	}
	digest := sha256.Sum256([]byte("ghauth-provision"))
	_, err = s.Sign(rand.Reader, digest[:], crypto.SHA256)
	return err
}
