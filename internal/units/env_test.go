package units

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// An app's env file, which is all that mint reads, says what the spec says.
func TestAppEnvHoldsTheSpec(t *testing.T) {
	t.Parallel()
	for name, src := range specs {
		for _, home := range append(oddHomes, "/home/u") {
			s := parse(t, home, src)
			state, err := Desired(s, site(home))
			if err != nil {
				t.Fatal(err)
			}
			for i, app := range s.Apps {
				path := AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".env")
				got, err := envfile.Parse([]byte(contentOf(t, fileAt(t, state, path))))
				if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				if app := fileAt(t, state, path).AppIn([]byte(contentOf(t, fileAt(t, state, path)))); app != s.Apps[i].Name {
					t.Errorf("%s is of app %q, want %q", path, app, s.Apps[i].Name)
				}
				if want := varsOf(s, i); !maps.Equal(got, want) {
					t.Errorf("%s, %s: got\n%v\nwant\n%v", name, path, got, want)
				}
			}
		}
	}
}

// varsOf gives the variables that the i-th app of s stands for.
func varsOf(s *spec.Spec, i int) map[string]string {
	app := s.Apps[i]
	vars := map[string]string{
		"GITHUB_APP_NAME":            app.Name,
		"GITHUB_APP_INSTALLATION_ID": fmt.Sprint(app.InstallationID),
		"GITHUB_API_URL":             s.GitHub.APIURL,
		"GITHUB_HOST":                s.GitHub.Host,
		"GHAUTH_RENEW_WITHIN":        s.Refresh.Due().String(),
		"GHAUTH_TIMEOUT":             s.Refresh.Timeout.String(),
		"GHAUTH_GH_LOGIN":            fmt.Sprint(s.GH.Enabled && i == 0),
	}
	if s.GH.Enabled && i == 0 {
		vars["GHAUTH_GH_CONFIG_DIR"] = s.GH.ConfigDir
	}
	if app.ClientID != "" {
		vars["GITHUB_APP_CLIENT_ID"] = app.ClientID
	} else {
		vars["GITHUB_APP_ID"] = fmt.Sprint(app.AppID)
	}
	for name, value := range map[string]string{
		"GITHUB_CA_FILE":          s.GitHub.CAFile,
		"GITHUB_APP_INSTALLATION": app.Installation,
	} {
		if value != "" {
			vars[name] = value
		}
	}
	if app.PrivateKey != "" {
		vars["GITHUB_APP_PRIVATE_KEY_PATH"] = AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".pem")
	} else {
		vars["GITHUB_APP_SIGNER"] = app.Signer.Encode()
	}
	if !app.NextSigner.IsZero() {
		vars["GITHUB_APP_NEXT_SIGNER"] = app.NextSigner.Encode()
	}
	if app.NextKey != "" {
		vars["GITHUB_APP_NEXT_PRIVATE_KEY_PATH"] = AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".next.pem")
	}
	if app.Repositories != nil { // those of the one spec that has any
		vars["GITHUB_APP_REPOSITORIES"] = `["site",".github"]`
		vars["GITHUB_APP_PERMISSIONS"] = `{"contents":"write","pull_requests":"read"}`
	}
	return vars
}

// What mint reads of an app is what the spec says of it.
func TestMintReadsTheSpec(t *testing.T) {
	t.Parallel()
	for name, src := range specs {
		s := parse(t, "/home/u", src)
		dir := t.TempDir()
		for _, f := range desired(t, "/home/u", src).Files {
			if filepath.Dir(f.Path) == s.Paths.ConfigDir && filepath.Ext(f.Path) == ".env" && f.Content != nil {
				if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Path)), f.Content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, errs := refresh.Apps(dir)
		if len(errs) > 0 || len(got) != len(s.Apps) {
			t.Fatalf("%s: %d apps, %v", name, len(got), errs)
		}
		for i, app := range s.Apps {
			at := slices.IndexFunc(got, func(a refresh.App) bool { return a.Name == app.Name })
			if want := appOf(s, i, dir); at < 0 || !reflect.DeepEqual(got[at], want) {
				t.Errorf("%s: got\n%+v\nwant\n%+v", name, got, want)
			}
		}
	}
}

// appOf gives the i-th app of s as mint is to read it from dir.
func appOf(s *spec.Spec, i int, dir string) refresh.App {
	app := s.Apps[i]
	a := refresh.App{
		Name: app.Name, File: AppFile(dir, "github-app", i, app.Name, ".env"), TokenFile: AppFile(dir, "github-token", i, app.Name, ".env"),
		Issuer: cmp.Or(app.ClientID, fmt.Sprint(app.AppID)), InstallationID: app.InstallationID, Installation: app.Installation,
		Repositories: app.Repositories, Permissions: app.Permissions, Key: app.Signer, NextKey: app.NextSigner,
		APIURL: s.GitHub.APIURL, Host: s.GitHub.Host, CAFile: s.GitHub.CAFile,
		RenewWithin: s.Refresh.Due(), Timeout: s.Refresh.Timeout, GH: s.GH.Enabled && i == 0,
	}
	if a.GH {
		a.GHDir = s.GH.ConfigDir
	}
	for _, key := range KeysOf(s, i) {
		if key.Next {
			a.NextKey = keysource.Source{File: key.Managed}
		} else {
			a.Key = keysource.Source{File: key.Managed}
		}
	}
	return a
}

// What mint would not read is not written.
func TestDesiredBoundsTheEnv(t *testing.T) {
	t.Parallel()
	s := parse(t, "/home/u", fourLines)
	app := &s.Apps[0]
	for i := range 500 {
		app.Repositories = append(app.Repositories, fmt.Sprintf("%0100d", i))
	}
	if _, err := Desired(s, site("/home/u")); err != nil {
		t.Errorf("with 500 repositories: %v", err)
	}
	app.Permissions = map[string]string{}
	for i := range 200 {
		app.Permissions[fmt.Sprintf("%0100d", i)] = "read"
	}
	if _, err := Desired(s, site("/home/u")); err == nil || !strings.Contains(err.Error(), "app takopi has too much") {
		t.Errorf("with 200 permissions as well: %v", err)
	}
}

// An id that nobody has looked up is never written.
func TestDesiredNeedsTheInstallation(t *testing.T) {
	t.Parallel()
	s := parse(t, "/home/u", specs["narrowed"])
	s.Apps[1].InstallationID = 0
	if state, err := Desired(s, site("/home/u")); err == nil || !strings.Contains(err.Error(), "octo-org/site is not known") || len(state.Files) != 0 {
		t.Errorf("%d files, %v", len(state.Files), err)
	}
}

func fileAt(t *testing.T, state plan.State, path string) plan.File {
	t.Helper()
	for _, f := range state.Files {
		if f.Path == path {
			return f
		}
	}
	t.Fatalf("the state has no %s", path)
	return plan.File{}
}

// What no file can hold is refused, and the file is named.
func TestDesiredRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		home, caFile, want string
	}{
		{"/home/it's", "", "refresh.service.tmpl"},
		{"/home/\"u\"", "", "refresh.service.tmpl"},
		{"/home/a\\b", "", "refresh.service.tmpl"},
		{"/home/a\nb", "", "refresh.service.tmpl"},
		{"/home/u", "/it's.pem", "github-app.env.tmpl"},
	} {
		s := parse(t, test.home, fourLines)
		s.GitHub.CAFile = test.caFile // the spec refuses such a one itself
		state, err := Desired(s, site(test.home))
		if err == nil || !strings.Contains(err.Error(), test.want) || len(state.Files) != 0 {
			t.Errorf("%q: got %v, want an error about %s and no files", test.home, err, test.want)
		}
	}
}

// What is wrong with takopi.toml is told with its path.
func TestEditNamesTheFile(t *testing.T) {
	t.Parallel()
	broken := errors.New("line 3 is broken")
	at := site("/home/u")
	at.Edit = func(_, _ []byte) ([]byte, error) { return nil, broken }
	state, err := Desired(parse(t, at.Home, fourLines), at)
	if err != nil {
		t.Fatal(err)
	}
	path := "/home/u/.takopi/takopi.toml"
	_, err = fileAt(t, state, path).Edit(nil)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want %q and the path", err, broken)
	}
}

// The service outlives the longest run that bounds itself.
func TestServiceOutlivesARun(t *testing.T) {
	t.Parallel()
	for _, timeout := range []string{"1s", "90s", "10m"} {
		src := fourLines + fmt.Sprintf("refresh {\n  renew_within = \"45m\"\n  timeout      = %q\n}\n", timeout)
		service := contentOf(t, fileAt(t, desired(t, "/home/u", src), "/home/u/.config/systemd/user/"+Service))
		_, rest, _ := strings.Cut(service, "TimeoutStartSec=")
		line, _, _ := strings.Cut(rest, "\n")
		got, err := time.ParseDuration(line)
		own, _ := time.ParseDuration(timeout)
		if err != nil || got < own+10*time.Second {
			t.Errorf("a run of %s is ended after %s, %v", timeout, line, err)
		}
	}
}
