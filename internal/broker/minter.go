package broker

import (
	"context"
	"crypto/rsa"
	"errors"
	"path/filepath"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A Minter has the keys of all apps, and speaks to GitHub.
type Minter struct {
	keys    map[string][]*rsa.PrivateKey // in the order in which they are tried
	clients map[string]*mint.Client
	warn    func(app, text string)
}

// NewMinter reads the keys, which are files in dir of the apps' names, and of
// [NextCredential]. One that is missing or no key is an error, at the start rather
// than when somebody asks: a unit can start without its credential. version goes into
// the User-Agent, and warn is told what deserves a line of an app.
func NewMinter(c Config, dir, version string, now func() time.Time, warn func(app, text string)) (*Minter, error) {
	m := &Minter{map[string][]*rsa.PrivateKey{}, map[string]*mint.Client{}, warn}
	for _, app := range c.Apps {
		for _, name := range app.Credentials() {
			key, err := readKey(dir, name)
			if err != nil {
				return nil, err
			}
			m.keys[app.Name] = append(m.keys[app.Name], key)
		}
		client, err := mint.NewClient(app.APIURL, app.CAFile, version, now)
		if err != nil {
			return nil, err
		}
		m.clients[app.Name] = client.WithWarn(func(text string) { warn(app.Name, text) })
	}
	return m, nil
}

// Mint asks for a token, with the next key where GitHub knows it.
func (m *Minter) Mint(ctx context.Context, app App, scope mint.Installation) (token Token, err error) {
	for i, key := range m.keys[app.Name] {
		token.Key = mint.Fingerprint(&key.PublicKey)
		token.Token, err = m.clients[app.Name].Mint(ctx, scope, key)
		if !errors.Is(err, mint.ErrUnknownKey) {
			break
		}
		if i+1 < len(m.keys[app.Name]) {
			m.warn(app.Name, "the next key does not work yet, so the old one is used: "+err.Error())
		}
	}
	return token, err
}

// Revoke ends a token.
func (m *Minter) Revoke(ctx context.Context, app App, token Token) error {
	return m.clients[app.Name].Revoke(ctx, token.Value)
}

// NextCredential gives the name of the credential that is an app's next key: no app's
// own name has a dot.
func NextCredential(app string) string { return app + ".next" }

// Credentials are the names of the app's keys, in the order in which they are tried.
func (a App) Credentials() []string {
	if a.NextKey {
		return []string{NextCredential(a.Name), a.Name}
	}
	return []string{a.Name}
}

// readKey reads a credential. systemd's have an owner and an ACL of its making, so that
// their mode tells nothing.
func readKey(dir, name string) (*rsa.PrivateKey, error) {
	const remedy = "run, as root: ghauth-provision apply"
	if dir == "" {
		return nil, fault(mint.BadSetup, "let systemd start the broker, or name a directory of keys in CREDENTIALS_DIRECTORY", "the broker was given no credentials")
	}
	data, err := mint.ReadKeyFile(filepath.Join(dir, name))
	if e, ok := errors.AsType[*mint.Error](err); ok {
		return nil, fault(e.Kind, remedy, "the credential %s: %v", name, err)
	}
	return mint.ParseKey(data)
}
