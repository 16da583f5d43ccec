package refresh

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// ParseApp reads an app from variables, of its env file or of the environment.
// What is not set stays empty; what is set has to be valid. Errors name the
// variable, and never its value.
func ParseApp(vars map[string]string) (App, error) {
	app := App{
		Name:         vars["GITHUB_APP_NAME"],
		Issuer:       vars["GITHUB_APP_CLIENT_ID"],
		Installation: vars["GITHUB_APP_INSTALLATION"],
		Key:          keysource.Source{File: vars["GITHUB_APP_PRIVATE_KEY_PATH"]},
		NextKey:      keysource.Source{File: vars["GITHUB_APP_NEXT_PRIVATE_KEY_PATH"]},
		APIURL:       vars["GITHUB_API_URL"],
		Host:         vars["GITHUB_HOST"],
		CAFile:       vars["GITHUB_CA_FILE"],
		GH:           vars["GHAUTH_GH_LOGIN"] == "true",
		GHDir:        vars["GHAUTH_GH_CONFIG_DIR"],
	}
	if app.Issuer == "" {
		app.Issuer = vars["GITHUB_APP_ID"]
	}
	for _, v := range []struct {
		name string
		read func(string) error
	}{
		{"GITHUB_APP_INSTALLATION_ID", number(&app.InstallationID)},
		{"GITHUB_APP_INSTALLATION", named},
		{"GITHUB_APP_REPOSITORIES", repositories(&app.Repositories)},
		{"GITHUB_APP_PERMISSIONS", permissions(&app.Permissions)},
		{"GITHUB_APP_SIGNER", signerOf(&app.Key)},
		{"GITHUB_APP_NEXT_SIGNER", signerOf(&app.NextKey)},
		{"GITHUB_API_URL", githubhost.CheckAPIURL},
		{"GHAUTH_RENEW_WITHIN", span(&app.RenewWithin)},
		{"GHAUTH_TIMEOUT", span(&app.Timeout)},
	} {
		text, set := vars[v.name]
		if !set {
			continue
		}
		if err := v.read(text); err != nil {
			return app, fmt.Errorf("%s %w", v.name, err)
		}
	}
	return app, nil
}

func number(to *int64) func(string) error {
	return func(text string) (err error) {
		if *to, err = strconv.ParseInt(text, 10, 64); err != nil || *to <= 0 {
			return errors.New("is not a positive number")
		}
		return nil
	}
}

func span(to *time.Duration) func(string) error {
	return func(text string) (err error) {
		if *to, err = time.ParseDuration(text); err != nil || *to <= 0 {
			return errors.New("is not a duration")
		}
		return nil
	}
}

func named(text string) error {
	if text == "" {
		return errors.New("is empty")
	}
	return nil
}

// signerOf takes what has a key, in the place of a file with the key.
func signerOf(to *keysource.Source) func(string) error {
	return func(text string) error {
		if to.File != "" {
			return errors.New("is set besides the path of a private key: keep one of them")
		}
		s, err := keysource.Parse(text)
		*to = s
		return err
	}
}

// repositories takes a list that names at least one: a token that is narrowed to
// nothing by mistake must not become one for everything.
func repositories(to *[]string) func(string) error {
	return func(text string) error {
		err := json.Unmarshal([]byte(text), to)
		if err != nil || len(*to) == 0 || slices.ContainsFunc(*to, func(name string) bool { return name == "" || strings.Contains(name, "/") }) {
			return errors.New(`is not a JSON list of repositories' names without their owner, such as ["site"]`)
		}
		return nil
	}
}

// permissions takes a map that names at least one, too.
func permissions(to *map[string]string) func(string) error {
	return func(text string) error {
		err := json.Unmarshal([]byte(text), to)
		bad := err != nil || len(*to) == 0
		for name, level := range *to {
			bad = bad || name == "" || level != "read" && level != "write" && level != "admin"
		}
		if bad {
			return errors.New(`is not a JSON map of permissions to read, write or admin, such as {"contents":"write"}`)
		}
		return nil
	}
}
