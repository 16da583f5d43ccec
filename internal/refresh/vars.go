package refresh

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
)

// ParseApp reads an app from variables, of its env file or of the environment.
// What is not set stays empty; what is set has to be valid. Errors name the
// variable, and never its value.
func ParseApp(vars map[string]string) (App, error) {
	app := App{
		Name:         vars["GITHUB_APP_NAME"],
		Issuer:       vars["GITHUB_APP_CLIENT_ID"],
		Installation: vars["GITHUB_APP_INSTALLATION"],
		KeyPath:      vars["GITHUB_APP_PRIVATE_KEY_PATH"],
		NextKeyPath:  vars["GITHUB_APP_NEXT_PRIVATE_KEY_PATH"],
		APIURL:       vars["GITHUB_API_URL"],
		Host:         vars["GITHUB_HOST"],
		CAFile:       vars["GITHUB_CA_FILE"],
		GH:           vars["GHAUTH_GH_LOGIN"] == "true",
	}
	if app.Issuer == "" {
		app.Issuer = vars["GITHUB_APP_ID"]
	}
	for _, v := range []struct {
		name string
		read func(string) error
	}{
		{"GITHUB_APP_INSTALLATION_ID", number(&app.InstallationID)},
		{"GITHUB_APP_REPOSITORIES", jsonOf(&app.Repositories, "a JSON list of names")},
		{"GITHUB_APP_PERMISSIONS", jsonOf(&app.Permissions, "a JSON map of permissions to levels")},
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

// jsonOf takes one JSON value that is not empty: to narrow a token to nothing is
// a mistake that must not become a token for everything.
func jsonOf[T []string | map[string]string](to *T, what string) func(string) error {
	return func(text string) error {
		if err := json.Unmarshal([]byte(text), to); err != nil || len(*to) == 0 {
			return errors.New("is not " + what)
		}
		return nil
	}
}
