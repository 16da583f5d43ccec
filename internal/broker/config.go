package broker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Config says for which Apps a broker speaks, and to whom. It holds no secret, and
// whoever may write it has the policy in hand: it is root's.
type Config struct {
	Version int      `json:"version"`
	Apps    []App    `json:"apps"`
	Clients []Client `json:"clients"`
}

// App is an App and its installation. Its key is the credential of its name
// (systemd.exec(5), CREDENTIALS_DIRECTORY).
type App struct {
	Name           string `json:"name"`
	Issuer         string `json:"issuer"` // the App's id or client id
	InstallationID int64  `json:"installation_id"`
	APIURL         string `json:"api_url"`
	CAFile         string `json:"ca_file,omitempty"`
	// NextKey says that there is a second key, which is tried first: the credential
	// [NextCredential].
	NextKey bool `json:"next_key,omitempty"`
}

// Client is a user who may ask.
type Client struct {
	UID       uint32  `json:"uid"`
	PerMinute int     `json:"per_minute"` // requests, of any kind
	Grants    []Grant `json:"grants"`
}

// Grant bounds the tokens of one app.
type Grant struct {
	App string `json:"app"`
	// Repositories and Permissions are the most that a token may have; absent: all
	// that the installation has.
	Repositories []string          `json:"repositories,omitempty"`
	Permissions  map[string]string `json:"permissions,omitempty"`
}

const (
	// MaxConfig bounds a config, in bytes.
	MaxConfig  = 1 << 20
	maxClients = 64 // each has its share of the connections
	maxRate    = 6000
)

// overflowUID is how users show that have no number here, such as those of another
// user namespace (user_namespaces(7)): it is nobody's.
const overflowUID = 65534

// ParseConfig reads a config in which nothing that is needed is missing.
func ParseConfig(data []byte) (c Config, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return Config{}, err
	}
	if !ended(dec) {
		return Config{}, errors.New("something follows the JSON object")
	}
	return c, c.check()
}

func (c Config) check() error {
	switch {
	case c.Version != version:
		return fmt.Errorf("version %d is not %d", c.Version, version)
	case len(c.Apps) == 0:
		return errors.New("apps: none is named")
	case len(c.Clients) == 0 || len(c.Clients) > maxClients:
		return fmt.Errorf("clients: there have to be 1 to %d", maxClients)
	}
	for i, app := range c.Apps {
		if !appForm.MatchString(app.Name) || app.Issuer == "" || app.InstallationID <= 0 || app.APIURL == "" {
			return fmt.Errorf("apps[%d]: name, issuer, installation_id or api_url is not valid", i)
		}
		if _, first := c.app(app.Name); first != i {
			return fmt.Errorf("apps[%d]: a second %s", i, app.Name)
		}
	}
	for i, client := range c.Clients {
		if err := c.checkClient(client); err != nil {
			return fmt.Errorf("clients[%d]: %w", i, err)
		}
		if slices.IndexFunc(c.Clients, func(o Client) bool { return o.UID == client.UID }) != i {
			return fmt.Errorf("clients[%d]: a second uid %d", i, client.UID)
		}
	}
	return nil
}

func (c Config) checkClient(client Client) error {
	if client.UID == overflowUID {
		return fmt.Errorf("uid %d is nobody's", overflowUID)
	}
	if client.PerMinute < 1 || client.PerMinute > maxRate {
		return fmt.Errorf("per_minute is not between 1 and %d", maxRate)
	}
	for i, g := range client.Grants {
		if _, known := c.app(g.App); known < 0 {
			return fmt.Errorf("grants[%d]: there is no app %q", i, g.App)
		}
		if slices.IndexFunc(client.Grants, func(o Grant) bool { return o.App == g.App }) != i {
			return fmt.Errorf("grants[%d]: a second one of %s", i, g.App)
		}
		if err := checkScope(g.Repositories, g.Permissions); err != nil {
			return fmt.Errorf("grants[%d]: %w", i, err)
		}
	}
	return nil
}

// app gives the app of a name and its place, or -1.
func (c Config) app(name string) (App, int) {
	i := slices.IndexFunc(c.Apps, func(a App) bool { return a.Name == name })
	if i < 0 {
		return App{}, i
	}
	return c.Apps[i], i
}

// grant gives what uid may ask of an app.
func (c Config) grant(uid uint32, app string) (Grant, bool) {
	for _, client := range c.Clients {
		if client.UID != uid {
			continue
		}
		for _, g := range client.Grants {
			if g.App == app {
				return g, true
			}
		}
	}
	return Grant{}, false
}

// allow gives the scope of the token that a request of uid's is answered with, which
// is never wider than its grant.
func (c Config) allow(uid uint32, r Request) (App, mint.Installation, error) {
	const remedy = "ask root to widen the spec's broker block, or ask for less"
	g, granted := c.grant(uid, r.App)
	if !granted {
		return App{}, mint.Installation{}, fault(mint.Denied, remedy, "uid %d may not ask for tokens of %s", uid, r.App)
	}
	app, _ := c.app(r.App)
	asked := mint.Installation{Issuer: app.Issuer, ID: app.InstallationID, Repositories: r.Repositories, Permissions: r.Permissions}
	if len(asked.Repositories) == 0 {
		asked.Repositories = g.Repositories
	}
	if len(asked.Permissions) == 0 {
		asked.Permissions = g.Permissions
	}
	if more := asked.Exceeds(mint.Installation{Repositories: g.Repositories, Permissions: g.Permissions}); more != "" {
		return App{}, mint.Installation{}, fault(mint.Denied, remedy, "uid %d may not ask %s for so much: %s", uid, r.App, more)
	}
	return app, asked, nil
}
