package broker

import (
	"context"
	"crypto/rsa"
	"errors"
	"path/filepath"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Minter gives what a server mints with: the keys of all apps, which are files of the
// apps' names in dir. One that is missing or no key is an error, at the start rather
// than when somebody asks: a unit can start without its credential. version goes into
// the User-Agent, and warn is told what deserves a line of an app.
func Minter(c Config, dir, version string, now func() time.Time, warn func(app, text string)) (func(context.Context, App, mint.Installation) (Token, error), error) {
	m := minter{map[string]*rsa.PrivateKey{}, map[string]*mint.Client{}}
	for _, app := range c.Apps {
		key, err := readKey(dir, app.Name)
		if err != nil {
			return nil, err
		}
		client, err := mint.NewClient(app.APIURL, app.CAFile, version, now)
		if err != nil {
			return nil, err
		}
		m.keys[app.Name] = key
		m.clients[app.Name] = client.WithWarn(func(text string) { warn(app.Name, text) })
	}
	return m.mint, nil
}

type minter struct {
	keys    map[string]*rsa.PrivateKey
	clients map[string]*mint.Client
}

func (m minter) mint(ctx context.Context, app App, scope mint.Installation) (Token, error) {
	key := m.keys[app.Name]
	token, err := m.clients[app.Name].Mint(ctx, scope, key)
	return Token{token, mint.Fingerprint(&key.PublicKey)}, err
}

// readKey reads a credential. systemd's have an owner and an ACL of its making, so that
// their mode tells nothing.
func readKey(dir, app string) (*rsa.PrivateKey, error) {
	const remedy = "run, as root: ghauth-provision apply"
	if dir == "" {
		return nil, fault(mint.BadSetup, "let systemd start the broker, or name a directory of keys in CREDENTIALS_DIRECTORY", "the broker was given no credentials")
	}
	data, err := mint.ReadKeyFile(filepath.Join(dir, app))
	if e, ok := errors.AsType[*mint.Error](err); ok {
		return nil, fault(e.Kind, remedy, "the credential %s: %v", app, err)
	}
	return mint.ParseKey(data)
}
