// Package keysource says where an App's private key is and what signs with it. It
// is data alone: the spec is read into it, app env files carry it, and package
// signer signs by it.
package keysource

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
)

// Source is where a key is: exactly one of File, Command, Vault and Broker is set.
type Source struct {
	File    string   `json:"file,omitempty"`    // a .pem file, absolute
	Command []string `json:"command,omitempty"` // a program, absolute, and its arguments
	// PublicKey is a PEM file with the public half of Command's key. It may be empty.
	PublicKey string `json:"public_key,omitempty"`
	Vault     *Vault `json:"vault,omitempty"`
	// Broker is the socket, absolute, of who has the key and signs nothing with it for
	// others: what it gives are tokens.
	Broker string `json:"broker,omitempty"`
}

// Vault is a key in the transit engine of Vault or OpenBao. Exactly one of
// TokenFile and AppRole is set.
type Vault struct {
	Address   string   `json:"address"` // without a trailing slash
	Mount     string   `json:"mount"`   // of the transit engine
	Key       string   `json:"key"`
	Version   int64    `json:"version"` // the one that GitHub knows
	Namespace string   `json:"namespace,omitempty"`
	CAFile    string   `json:"ca_file,omitempty"`
	TokenFile string   `json:"token_file,omitempty"`
	AppRole   *AppRole `json:"approle,omitempty"`
}

// AppRole is how a program logs in to Vault.
type AppRole struct {
	RoleID       string `json:"role_id"`
	SecretIDFile string `json:"secret_id_file"`
	Mount        string `json:"mount"`
}

// IsZero reports whether s names nothing.
func (s Source) IsZero() bool {
	return s.File == "" && len(s.Command) == 0 && s.Vault == nil && s.Broker == ""
}

// Encode gives s as JSON on one line and without a single quote, which is how an
// env file holds it.
func (s Source) Encode() string {
	text, _ := json.Marshal(s) // strings and numbers cannot fail
	return strings.ReplaceAll(string(text), "'", `\u0027`)
}

// ID tells apart sources that are not files, and is empty for those that are: of
// them only the content does.
func (s Source) ID() string {
	if s.IsZero() || s.File != "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s.Encode()))
	return hex.EncodeToString(sum[:8])
}

// Parse reads what Encode gives. Nothing that is needed may be missing. Errors
// hold no value.
func Parse(text string) (s Source, err error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil || !ended(dec) {
		return Source{}, errors.New(`is not a source in JSON, such as {"command":["/usr/bin/sign"]}`)
	}
	return s, s.check()
}

func ended(dec *json.Decoder) bool {
	_, err := dec.Token()
	return err == io.EOF
}

func (s Source) check() error {
	set := 0
	for _, is := range []bool{s.File != "", len(s.Command) > 0, s.Vault != nil, s.Broker != ""} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return errors.New("needs exactly one of file, command, vault and broker")
	case len(s.Command) > 0 && !filepath.IsAbs(s.Command[0]):
		return errors.New("has a command that is no absolute path")
	case s.Broker != "" && !filepath.IsAbs(s.Broker):
		return errors.New("has a broker that is no absolute path")
	case s.Vault != nil:
		return s.Vault.check()
	}
	return nil
}

func (v Vault) check() error {
	for _, need := range []struct {
		name string
		has  bool
	}{
		{"address", CheckAddress(v.Address) == nil},
		{"mount", v.Mount != ""},
		{"key", v.Key != ""},
		{"version", v.Version > 0},
		{"exactly one of token_file and approle", (v.TokenFile != "") != (v.AppRole != nil)},
		{"approle", v.AppRole == nil || v.AppRole.RoleID != "" && v.AppRole.SecretIDFile != "" && v.AppRole.Mount != ""},
	} {
		if !need.has {
			return fmt.Errorf("has no good %s for vault", need.name)
		}
	}
	return nil
}

// CheckAddress refuses what is no address of Vault's, and one where the login would
// go over a network in the clear.
func CheckAddress(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New(`must be a URL such as "https://vault.example.com:8200"`)
	case u.Scheme != "https" && (u.Scheme != "http" || !githubhost.Loopback(u.Hostname())):
		return errors.New("must begin with https://: what opens Vault is never sent in the clear")
	}
	return nil
}

// String names the source in messages.
func (s Source) String() string {
	switch {
	case len(s.Command) > 0:
		return "the command " + s.Command[0]
	case s.Vault != nil:
		return fmt.Sprintf("%s, version %d, in the Vault at %s", path.Join(s.Vault.Mount, s.Vault.Key), s.Vault.Version, s.Vault.Address)
	case s.Broker != "":
		return "the broker at " + s.Broker
	}
	return s.File
}
