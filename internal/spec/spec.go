// Package spec reads what the user wrote: HCL in, a checked Spec out, or
// diagnostics with file, line, column and snippet. It touches nothing on the
// host and reads no file but the bytes it is given.
package spec

import (
	"regexp"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// TokenLife is how long an installation token lives. GitHub fixes it:
// docs.github.com, "Generating an installation access token for a GitHub App".
const TokenLife = time.Hour

// Spec is a checked spec with every default filled in. Paths are absolute.
type Spec struct {
	GitHub  GitHub
	Apps    []App // at least one; the first is the default app
	Paths   Paths
	Refresh Refresh
	GH      GH
	Takopi  Takopi
	Broker  Broker

	sensitive *regexp.Regexp // what Hide hides, or nil
}

// GitHub says which GitHub the apps live on.
type GitHub struct {
	Host   string // as gh knows it: github.com, SUBDOMAIN.ghe.com or an Enterprise Server's name
	APIURL string // REST API root without a trailing slash
	CAFile string // PEM file with further certificate authorities, or empty
}

// App is one installation of a GitHub App. Exactly one of AppID and ClientID
// is set; it is the issuer of the app's JWTs. Exactly one of InstallationID and
// Installation is, too: a name's id is known once GitHub has been asked.
type App struct {
	Name           string
	AppID          int64
	ClientID       string
	InstallationID int64
	Installation   string            // OWNER or OWNER/REPO
	Repositories   []string          // names without owner; nil: all that the installation has
	Permissions    map[string]string // name to read, write or admin; nil: all that the installation has
	PrivateKey     string            // where the key is imported from, or empty
	NextKey        string            // where a second key is imported from, or empty
	// Signer has a key that is not imported, and NextSigner a second one. Of each
	// of the two keys one form at most is set, and of the first one is.
	Signer, NextSigner keysource.Source
}

// Paths are the directories that apply writes to.
type Paths struct {
	ConfigDir string // keys, env files and tokens; mode 0700
	BinDir    string // the binary and the refresh script
	UnitDir   string // the user's systemd units
}

// Refresh is the rhythm of the timer.
type Refresh struct {
	Interval    time.Duration // between two ticks; whole seconds
	RenewWithin time.Duration // a tick mints when at most this much life is left, see Due
	Timeout     time.Duration // bound on one run
}

// GH is what gh, and git through it, get of the tokens.
type GH struct {
	Enabled       bool   // gh is kept logged in
	GitCredential bool   // git over HTTPS is served
	ConfigDir     string // where gh keeps its login
}

// Takopi is what goes into [plugins.ghauth] of Takopi's configuration, and how
// Takopi gets the plugin.
type Takopi struct {
	Enabled        bool // without it, nothing of Takopi's is touched
	Config         string
	MaxTokenAge    time.Duration // whole minutes
	RefreshTimeout time.Duration // whole seconds
	RunRefreshWith []string      // words before the refresh script, such as sudo -n
	AllowedUserIDs []int64       // who may refresh from the chat; empty: everyone
	Plugin         bool          // install the plugin where uv has installed Takopi; never if not Enabled
	With           []string      // distributions that come with it, as pip names them
	RestartUnit    string        // the user's unit that is Takopi, or empty: it is not restarted
}

// Broker is the service that has the keys for other users. There is one where there
// are clients.
type Broker struct {
	Socket  string
	Clients []BrokerClient
}

// BrokerClient is a user who may ask the broker.
type BrokerClient struct {
	User         string
	Apps         []string          // nil: all
	Repositories []string          // nil: the app's
	Permissions  map[string]string // nil: the app's
	PerMinute    int64             // requests
}
