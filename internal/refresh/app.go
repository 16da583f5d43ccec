package refresh

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// App is one app as its env file describes it: all that a refresh needs.
type App struct {
	Name           string
	File           string // the app env file
	Issuer         string // the App's id or client id
	InstallationID int64
	Installation   string            // OWNER or OWNER/REPO, where the id was looked up by it
	Repositories   []string          // what tokens are narrowed to; nil: not at all
	Permissions    map[string]string // what tokens are narrowed to; nil: not at all
	Key            keysource.Source
	NextKey        keysource.Source // a second key, to rotate to; may be zero
	APIURL         string
	Host           string // as gh knows it
	CAFile         string // may be empty
	TokenFile      string
	RenewWithin    time.Duration // mint when at most this much life is left
	Timeout        time.Duration // bound on one run
	GH             bool          // this app logs gh in
	GHDir          string        // and gh keeps that there; empty: where its environment says

	uptime func() uptime // nil: the kernel's
}

// Apps reads the app env files of dir, the default app first and the others by
// name. An app whose file is not valid comes in errs, so that it holds back no
// other.
func Apps(dir string) (apps []App, errs []error) {
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "github-app-*.env"))
	// Without the ending, which would put app "a-b" before "a".
	slices.SortFunc(paths, func(a, b string) int {
		return strings.Compare(strings.TrimSuffix(a, ".env"), strings.TrimSuffix(b, ".env"))
	})
	paths = slices.Insert(paths, 0, filepath.Join(dir, "github-app.env"))
	for i, path := range paths {
		app, err := readApp(path)
		switch {
		case i == 0 && errors.Is(err, errAbsent):
		case err != nil:
			errs = append(errs, &SetupError{fmt.Sprintf("%s: %v", path, err), remedyFor(err)})
		default:
			apps = append(apps, app)
		}
	}
	return apps, errs
}

var (
	errAbsent  = errors.New("does not exist")
	errUnnamed = errors.New("GITHUB_APP_NAME is missing")
)

// remedyFor says what to do about an app env file that is not valid. Apply names every
// app: a file without a name is somebody else's, and would outlast any apply.
func remedyFor(err error) string {
	if errors.Is(err, errUnnamed) {
		return "apply has not written it: give its app a block in the spec, and run `ghauth-provision apply`; or move the file away"
	}
	return "run `ghauth-provision apply`"
}

func readApp(path string) (App, error) {
	vars, err := AppVars(path)
	if err != nil {
		return App{}, err
	}
	app, err := parseApp(vars)
	app.File, app.TokenFile = path, TokenFile(path)
	return app, err
}

// AppVars reads the variables of an app env file.
func AppVars(path string) (map[string]string, error) {
	data, _, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	return envfile.Parse(data)
}

// IsDefault reports whether the app is the first of its spec.
func (a App) IsDefault() bool { return filepath.Base(a.File) == "github-app.env" }

// TokenFile gives the token env file that belongs to an app env file:
// github-token-x.env beside github-app-x.env.
func TokenFile(appFile string) string {
	dir, base := filepath.Split(appFile)
	return dir + "github-token" + strings.TrimPrefix(base, "github-app")
}

// appFile gives the app env file that a token env file belongs to.
func appFile(tokenFile string) string {
	dir, base := filepath.Split(tokenFile)
	return dir + "github-app" + strings.TrimPrefix(base, "github-token")
}

// parseApp reads the variables of an app env file, where nothing that a refresh
// needs may be missing.
func parseApp(vars map[string]string) (App, error) {
	app, err := ParseApp(vars)
	if err != nil {
		return app, err
	}
	if app.Name == "" {
		return app, errUnnamed
	}
	for _, required := range []struct {
		name    string
		missing bool
	}{
		{"GITHUB_APP_ID", app.Issuer == ""},
		{"GITHUB_APP_INSTALLATION_ID", app.InstallationID == 0},
		{"GITHUB_APP_PRIVATE_KEY_PATH", app.Key.IsZero()},
		{"GITHUB_API_URL", app.APIURL == ""},
		{"GITHUB_HOST", app.Host == ""},
		{"GHAUTH_RENEW_WITHIN", app.RenewWithin == 0},
		{"GHAUTH_TIMEOUT", app.Timeout == 0},
	} {
		if required.missing {
			return app, fmt.Errorf("%s is missing", required.name)
		}
	}
	return app, nil
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
