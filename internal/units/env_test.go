package units

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
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
		"GITHUB_APP_NAME":             app.Name,
		"GITHUB_APP_INSTALLATION_ID":  fmt.Sprint(app.InstallationID),
		"GITHUB_APP_PRIVATE_KEY_PATH": AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".pem"),
		"GITHUB_API_URL":              s.GitHub.APIURL,
		"GITHUB_HOST":                 s.GitHub.Host,
		"GHAUTH_RENEW_WITHIN":         s.Refresh.RenewWithin.String(),
		"GHAUTH_TIMEOUT":              s.Refresh.Timeout.String(),
		"GHAUTH_GH_LOGIN":             fmt.Sprint(s.GH.Enabled && i == 0),
	}
	if app.ClientID != "" {
		vars["GITHUB_APP_CLIENT_ID"] = app.ClientID
	} else {
		vars["GITHUB_APP_ID"] = fmt.Sprint(app.AppID)
	}
	if s.GitHub.CAFile != "" {
		vars["GITHUB_CA_FILE"] = s.GitHub.CAFile
	}
	return vars
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
		src := fourLines + fmt.Sprintf("refresh {\n  timeout = %q\n}\n", timeout)
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
