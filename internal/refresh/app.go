package refresh

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
)

// App is one app as its env file describes it: all that a refresh needs.
type App struct {
	Name           string
	File           string // the app env file
	Issuer         string // the App's id or client id
	InstallationID int64
	KeyPath        string
	APIURL         string
	Host           string // as gh knows it
	CAFile         string // may be empty
	TokenFile      string
	RenewWithin    time.Duration // mint when at most this much life is left
	Timeout        time.Duration // bound on one run
	GH             bool          // this app logs gh in
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
			errs = append(errs, &SetupError{fmt.Sprintf("%s: %v", path, err), "run `ghauth-provision apply`"})
		default:
			apps = append(apps, app)
		}
	}
	return apps, errs
}

var errAbsent = errors.New("does not exist")

func readApp(path string) (App, error) {
	data, _, err := readSmall(path)
	if err != nil {
		return App{}, err
	}
	vars, err := envfile.Parse(data)
	if err != nil {
		return App{}, err
	}
	app, err := parseApp(vars)
	app.File, app.TokenFile = path, TokenFile(path)
	return app, err
}

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

func parseApp(vars map[string]string) (App, error) {
	app := App{
		Name:    vars["GITHUB_APP_NAME"],
		Issuer:  vars["GITHUB_APP_CLIENT_ID"],
		KeyPath: vars["GITHUB_APP_PRIVATE_KEY_PATH"],
		APIURL:  vars["GITHUB_API_URL"],
		Host:    vars["GITHUB_HOST"],
		CAFile:  vars["GITHUB_CA_FILE"],
		GH:      vars["GHAUTH_GH_LOGIN"] == "true",
	}
	if app.Issuer == "" {
		app.Issuer = vars["GITHUB_APP_ID"]
	}
	for _, required := range []struct{ name, value string }{
		{"GITHUB_APP_NAME", app.Name},
		{"GITHUB_APP_ID", app.Issuer},
		{"GITHUB_APP_PRIVATE_KEY_PATH", app.KeyPath},
		{"GITHUB_HOST", app.Host},
	} {
		if required.value == "" {
			return app, fmt.Errorf("%s is missing", required.name)
		}
	}
	var err error
	if app.InstallationID, err = strconv.ParseInt(vars["GITHUB_APP_INSTALLATION_ID"], 10, 64); err != nil || app.InstallationID <= 0 {
		return app, errors.New("GITHUB_APP_INSTALLATION_ID is not a positive number")
	}
	if app.RenewWithin, err = time.ParseDuration(vars["GHAUTH_RENEW_WITHIN"]); err != nil || app.RenewWithin <= 0 {
		return app, errors.New("GHAUTH_RENEW_WITHIN is not a duration")
	}
	if app.Timeout, err = time.ParseDuration(vars["GHAUTH_TIMEOUT"]); err != nil || app.Timeout <= 0 {
		return app, errors.New("GHAUTH_TIMEOUT is not a duration")
	}
	if err := githubhost.CheckAPIURL(app.APIURL); err != nil {
		return app, fmt.Errorf("GITHUB_API_URL %w", err)
	}
	return app, nil
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
