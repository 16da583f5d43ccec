package refresh

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

const appText = `GITHUB_APP_NAME='takopi'
GITHUB_APP_CLIENT_ID='Iv23li'
GITHUB_APP_INSTALLATION_ID='987654'
GITHUB_APP_PRIVATE_KEY_PATH='/k.pem'
GITHUB_API_URL='https://ghe.example.com/api/v3'
GITHUB_HOST='ghe.example.com'
GITHUB_CA_FILE='/ca.pem'
GHAUTH_RENEW_WITHIN='20m0s'
GHAUTH_TIMEOUT='90s'
GHAUTH_GH_LOGIN='true'
`

// appDir makes a directory of app env files, all the same but for their names.
func appDir(t *testing.T, names ...string) string {
	t.Helper()
	// Characters that a pattern would give a meaning to.
	dir := filepath.Join(t.TempDir(), `a[b]*?\c`)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text := strings.ReplaceAll(appText, "takopi", name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func appNames(apps []App) []string {
	names := []string{}
	for _, app := range apps {
		names = append(names, app.Name)
	}
	return names
}

func TestAppsReadsAll(t *testing.T) {
	dir := appDir(t, "github-app.env")
	apps, errs := Apps(dir)
	want := App{
		Name: "github-app.env", Issuer: "Iv23li", InstallationID: 987654, Key: keysource.Source{File: "/k.pem"},
		APIURL: "https://ghe.example.com/api/v3", Host: "ghe.example.com", CAFile: "/ca.pem",
		File:      filepath.Join(dir, "github-app.env"),
		TokenFile: filepath.Join(dir, "github-token.env"), RenewWithin: 20 * time.Minute,
		Timeout: 90 * time.Second, GH: true,
	}
	if len(errs) > 0 || len(apps) != 1 || !reflect.DeepEqual(apps[0], want) {
		t.Errorf("Apps = %+v, %v, want %+v", apps, errs, want)
	}
}

func TestAppsOrder(t *testing.T) {
	tests := [][]string{
		{},
		{"github-app.env"},
		{"github-app-a.env"},
		{"github-app.env", "github-app-a.env", "github-app-a-b.env", "github-app-a_b.env", "github-app-b.env"},
	}
	for _, want := range tests {
		apps, errs := Apps(appDir(t, append([]string{"github-app.pem", "github-token-x.env", "github-app-z.pem"}, want...)...))
		if got := appNames(apps); len(errs) > 0 || !slices.Equal(got, want) {
			t.Errorf("Apps = %q, %v, want %q", got, errs, want)
		}
	}
}

func TestAppsInvalidHoldsBackNoOther(t *testing.T) {
	dir := appDir(t, "github-app-b.env", "github-app-z.env")
	bad := []string{"github-app.env", "github-app-a.env", "github-app-c.env", "github-app-d.env", "github-app-e.env"}
	path := func(i int) string { return filepath.Join(dir, bad[i]) }
	for _, err := range []error{
		os.WriteFile(path(0), []byte("GITHUB_APP_NAME='x'\n"), 0o600),
		os.WriteFile(path(1), []byte("no assignment\n"), 0o600),
		os.Mkdir(path(2), 0o700),
		unix.Mkfifo(path(3), 0o600),
		os.Symlink("github-app-b.env", path(4)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	apps, errs := Apps(dir)
	if got, want := appNames(apps), []string{"github-app-b.env", "github-app-z.env"}; !slices.Equal(got, want) {
		t.Errorf("Apps = %q, want %q", got, want)
	}
	if len(errs) != len(bad) {
		t.Fatalf("errs = %v, want one for each of %q", errs, bad)
	}
	for i, err := range errs {
		var setup *SetupError
		if !errors.As(err, &setup) || !strings.Contains(err.Error(), path(i)) || setup.Remedy == "" {
			t.Errorf("errs[%d] = %v, want a SetupError about %s", i, err, bad[i])
		}
	}
}

// TestAppsOfOthers: an apply mends what an apply has written, and nothing else.
func TestAppsOfOthers(t *testing.T) {
	dir := appDir(t, "github-app.env")
	for name, text := range map[string]string{"github-app-a.env": "GITHUB_APP_ID=7\n", "github-app-b.env": "GITHUB_APP_NAME='b'\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, errs := Apps(dir)
	if len(errs) != 2 {
		t.Fatalf("errs = %v", errs)
	}
	for i, want := range []string{"move the file away", "run `ghauth-provision apply`"} {
		setup, ok := errors.AsType[*SetupError](errs[i])
		if !ok || !strings.Contains(setup.Remedy, want) || i > 0 && setup.Remedy != want {
			t.Errorf("errs[%d] = %v, remedy %q, want %q", i, errs[i], setup.Remedy, want)
		}
	}
}

func TestParseAppRefuses(t *testing.T) {
	tests := []struct{ line, with, want string }{
		{"GITHUB_APP_NAME='takopi'", "", "GITHUB_APP_NAME is missing"},
		{"GITHUB_APP_CLIENT_ID='Iv23li'", "", "GITHUB_APP_ID is missing"},
		{"GITHUB_APP_PRIVATE_KEY_PATH='/k.pem'", "", "GITHUB_APP_PRIVATE_KEY_PATH is missing"},
		{"GITHUB_HOST='ghe.example.com'", "", "GITHUB_HOST is missing"},
		{"GITHUB_APP_INSTALLATION_ID='987654'", "", "GITHUB_APP_INSTALLATION_ID is missing"},
		{"'987654'", "'-1'", "GITHUB_APP_INSTALLATION_ID is not a positive number"},
		{"'987654'", "'1/../2'", "GITHUB_APP_INSTALLATION_ID is not a positive number"},
		{"GHAUTH_RENEW_WITHIN='20m0s'", "", "GHAUTH_RENEW_WITHIN is missing"},
		{"'20m0s'", "'0s'", "GHAUTH_RENEW_WITHIN is not a duration"},
		{"GHAUTH_TIMEOUT='90s'", "", "GHAUTH_TIMEOUT is missing"},
		{"'90s'", "'-90s'", "GHAUTH_TIMEOUT is not a duration"},
		{"GITHUB_API_URL='https://ghe.example.com/api/v3'", "", "GITHUB_API_URL is missing"},
		{"'https://ghe.example.com/api/v3'", "''", "GITHUB_API_URL must"},
		{"'https://ghe", "'http://ghe", "never sent in the clear"},
		{"'https://ghe", "'http://127.0.0.1.ghe", "never sent in the clear"},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "github-app.env")
		if err := os.WriteFile(path, []byte(strings.Replace(appText, tt.line, tt.with, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if app, err := readApp(path); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s → %q: %+v, %v, want %q", tt.line, tt.with, app, err, tt.want)
		}
	}
}

func TestParseAppTakes(t *testing.T) {
	tests := []struct{ old, with string }{
		{"GITHUB_APP_CLIENT_ID='Iv23li'", "GITHUB_APP_ID='Iv23li'"},
		{"https://ghe.example.com/api/v3", "http://127.0.0.1:8080"},
		{"https://ghe.example.com/api/v3", "http://api.github.localhost"},
		{"https://ghe.example.com/api/v3", "http://[::1]:8080"},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "github-app.env")
		if err := os.WriteFile(path, []byte(strings.Replace(appText, tt.old, tt.with, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if app, err := readApp(path); err != nil || app.Issuer != "Iv23li" {
			t.Errorf("%s: %+v, %v", tt.with, app, err)
		}
	}
}

func TestTokenFile(t *testing.T) {
	for app, want := range map[string]string{
		"/github-app/github-app.env":   "/github-app/github-token.env",
		"/github-app/github-app-x.env": "/github-app/github-token-x.env",
	} {
		if got := TokenFile(app); got != want {
			t.Errorf("TokenFile(%s) = %s, want %s", app, got, want)
		}
	}
}
