package signer

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

const (
	vaultTime    = 15 * time.Second // bounds one request, but for an import's
	maxVaultBody = 1 << 20          // bytes: a key's answer has all its versions
	maxVaultSaid = 300              // bytes of Vault's errors that are shown
)

// A vaultClient asks one Vault, or OpenBao, whose API is the same. It makes a
// handful of kinds of requests. The library of Vault's own would bring 18 modules for them, take
// settings from VAULT_* variables where the timer has to run what was applied, follow
// a redirect with the token, and try again on top of the tries that mint makes.
type vaultClient struct {
	keysource.Vault
	http            *http.Client
	token, secretID mint.Secret // no error shows them; the latter of an AppRole alone
	exportable      bool        // Vault gives the key itself to whoever may ask for it
	importing       bool        // the token is one that imports a key, and not v's own login
}

// errNotFound is for what Vault does not have.
var errNotFound = errors.New("not found")

func newVaultClient(v keysource.Vault) (*vaultClient, error) {
	transport, err := mint.Transport(v.CAFile)
	if err != nil {
		return nil, err
	}
	transport.IdleConnTimeout = vaultTime // nothing closes it
	return &vaultClient{Vault: v, http: &http.Client{Transport: transport, Timeout: vaultTime,
		// A standby names the active node this way, and anybody could name a host
		// of theirs, to which the token would go.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (c *vaultClient) name() string { return keysource.Source{Vault: &c.Vault}.String() }

// call makes one request, to a path below /v1/, and reads the answer into out unless
// that is nil.
func (c *vaultClient) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		body, _ = json.Marshal(in) // texts, numbers and a bool cannot fail
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Address+"/v1/"+path, bytes.NewReader(body))
	if err != nil {
		return fault(mint.BadSetup, "check address and mount in the spec's key block", "the URL of Vault is not valid")
	}
	c.header(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return c.unreachable(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxVaultBody))
	if err != nil {
		return c.unreachable(err)
	}
	if resp.StatusCode/100 != 2 {
		return c.refusal(resp.StatusCode, path, data)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fault(mint.Temporary, "check that it is Vault's", "what answers at %s is not Vault", c.Address)
	}
	return nil
}

func (c *vaultClient) header(req *http.Request) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Vault-Request", "true") // an agent may ask for it
	if c.token != "" {
		req.Header.Set("X-Vault-Token", c.token.Reveal())
	}
	if c.Namespace != "" {
		req.Header.Set("X-Vault-Namespace", c.Namespace)
	}
}

func (c *vaultClient) unreachable(err error) error {
	remedy := "check the network, the proxy and address; the timer tries again"
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		remedy = "if Vault has its own certificate authority, name it in ca_file of the spec's vault block"
	}
	return cause(mint.Temporary, err, remedy, "Vault cannot be reached")
}

// refusal sorts Vault's answers into what passes and what is to be mended
// (developer.hashicorp.com/vault/api-docs, "HTTP status codes").
func (c *vaultClient) refusal(status int, path string, body []byte) error {
	kind, remedy := mint.BadSetup, "check address, mount, key and version in the spec's key block"
	switch {
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusPreconditionFailed:
		kind, remedy = mint.Temporary, "if it is sealed, have it unsealed; the timer tries again"
	case c.token == "" && (status == http.StatusForbidden || status == http.StatusBadRequest):
		kind, remedy = mint.Denied, "check role_id and mount, and put a new secret id into "+c.AppRole.SecretIDFile
	case status == http.StatusForbidden:
		kind, remedy = mint.Denied, c.forbidden()
	case status/100 == 3:
		remedy = "let address be the active node's, or one that forwards requests"
	}
	said := c.said(body)
	if status == http.StatusNotFound && said == "" { // a mount that is not there is told of
		return cause(kind, errNotFound, c.missing(), "Vault at %s answers %s with %d", c.Address, path, status)
	}
	return fault(kind, remedy, "Vault at %s answers %s with %d%s", c.Address, path, status, said)
}

// missing says what helps where Vault has no key of that name.
func (c *vaultClient) missing() string {
	return "check mount and key in the spec's key block; if the key is still to come there, name its file as private_key for one apply, which the next one imports it from, or run: vault transit import " +
		keyPath(c.Vault) + " @KEY type=rsa-2048"
}

// forbidden says what helps where Vault tells an expired token and a policy that
// is too narrow apart in no way.
func (c *vaultClient) forbidden() string {
	if c.importing {
		return "give the token in VAULT_TOKEN a policy with " + ImportPolicy(c.Vault)
	}
	if c.AppRole != nil {
		return "give the role a policy with " + Policy(c.Vault)
	}
	return "the token in " + c.TokenFile + " may have expired: have Vault's agent keep it fresh, or use approle; else its policy needs " + Policy(c.Vault)
}

// said gives Vault's own words, on one line and without what opens it.
func (c *vaultClient) said(body []byte) string {
	var answer struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0 {
		return ""
	}
	text := strings.Join(strings.Fields(strings.Join(answer.Errors, "; ")), " ")
	for _, secret := range []mint.Secret{c.token, c.secretID} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret.Reveal(), "…")
		}
	}
	if len(text) > maxVaultSaid {
		text = text[:maxVaultSaid] + "…"
	}
	return ": " + strings.ToValidUTF8(mint.Redact(text), "?")
}
