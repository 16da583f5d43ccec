package refresh

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// TestParseAppOfEverything: the same names in a file and in the environment.
func TestParseAppOfEverything(t *testing.T) {
	got, err := ParseApp(map[string]string{
		"GITHUB_APP_NAME": "takopi", "GITHUB_APP_ID": "7", "GITHUB_APP_INSTALLATION_ID": "8", "GITHUB_APP_INSTALLATION": "octo-org/site",
		"GITHUB_APP_REPOSITORIES": `["site", ".github"]`, "GITHUB_APP_PERMISSIONS": `{"contents": "write"}`,
		"GITHUB_APP_PRIVATE_KEY_PATH": "/k", "GITHUB_APP_NEXT_PRIVATE_KEY_PATH": "/n", "GITHUB_API_URL": "https://api.github.com",
		"GITHUB_HOST": "github.com", "GITHUB_CA_FILE": "/ca", "GHAUTH_RENEW_WITHIN": "20m", "GHAUTH_TIMEOUT": "9s", "GHAUTH_GH_LOGIN": "true",
		"PATH": "/bin",
	})
	want := App{Name: "takopi", Issuer: "7", InstallationID: 8, Installation: "octo-org/site", Repositories: []string{"site", ".github"},
		Permissions: map[string]string{"contents": "write"}, Key: keysource.Source{File: "/k"}, NextKey: keysource.Source{File: "/n"}, APIURL: "https://api.github.com",
		Host: "github.com", CAFile: "/ca", RenewWithin: 20 * time.Minute, Timeout: 9 * time.Second, GH: true}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseApp = %+v, %v, want %+v", got, err, want)
	}
	if got, err := ParseApp(nil); err != nil || !reflect.DeepEqual(got, App{}) {
		t.Errorf("of nothing: %+v, %v", got, err)
	}
}

// A key that is not a file comes as JSON, and a key has one source.
func TestParseAppReadsSigners(t *testing.T) {
	const sign, other = `{"command":["/bin/sign"]}`, `{"command":["/bin/other"]}`
	got, err := ParseApp(map[string]string{"GITHUB_APP_SIGNER": sign, "GITHUB_APP_NEXT_SIGNER": other})
	want := App{Key: keysource.Source{Command: []string{"/bin/sign"}}, NextKey: keysource.Source{Command: []string{"/bin/other"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseApp = %+v, %v, want %+v", got, err, want)
	}
	for _, tt := range []struct{ name, value, path, want string }{
		{"GITHUB_APP_SIGNER", sign, "GITHUB_APP_PRIVATE_KEY_PATH", "is set besides the path of a private key"},
		{"GITHUB_APP_NEXT_SIGNER", sign, "GITHUB_APP_NEXT_PRIVATE_KEY_PATH", "is set besides the path of a private key"},
		{"GITHUB_APP_SIGNER", "", "", "is not a source in JSON"},
		{"GITHUB_APP_NEXT_SIGNER", `{"command":["canary"]}`, "", "has a command that is no absolute path"},
	} {
		_, err := ParseApp(map[string]string{tt.name: tt.value, tt.path: "/k.pem"})
		if err == nil || !strings.Contains(err.Error(), tt.name+" "+tt.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s=%s: %v, want %s", tt.name, tt.value, err, tt.want)
		}
	}
}

func TestParseAppChecksWhatIsSet(t *testing.T) {
	const repositories, permissions = "GITHUB_APP_REPOSITORIES", "GITHUB_APP_PERMISSIONS"
	for _, tt := range []struct{ name, value string }{
		{"GITHUB_APP_INSTALLATION", ""},
		{"GITHUB_APP_INSTALLATION_ID", ""},
		{repositories, ""}, {repositories, "[]"}, {repositories, "null"}, {repositories, "canary"}, {repositories, `"canary"`}, {repositories, `[1]`},
		{repositories, `["canary"] x`}, {repositories, `["canary", null]`}, {repositories, `["canary", ""]`}, {repositories, `["octo/canary"]`},
		{permissions, ""}, {permissions, "{}"}, {permissions, "null"}, {permissions, `["canary"]`}, {permissions, `{"contents": "canary"}`},
		{permissions, `{"contents": null}`}, {permissions, `{"": "read"}`}, {permissions, `{"contents": "read"}}`},
	} {
		app, err := ParseApp(map[string]string{tt.name: tt.value})
		if err == nil || !strings.HasPrefix(err.Error(), tt.name+" is ") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s=%s: %+v, %v", tt.name, tt.value, app, err)
		}
	}
}

// FuzzParseApp: what narrows a token is never lost on the way.
func FuzzParseApp(f *testing.F) {
	f.Add(`["site"]`, `{"contents":"read"}`)
	f.Add(`[]`, `{}`)
	f.Fuzz(func(t *testing.T, repositories, permissions string) {
		vars := map[string]string{"GITHUB_APP_REPOSITORIES": repositories, "GITHUB_APP_PERMISSIONS": permissions}
		app, err := ParseApp(vars)
		if err == nil && (len(app.Repositories) == 0 || len(app.Permissions) == 0) {
			t.Errorf("%q: %+v", vars, app)
		}
	})
}
