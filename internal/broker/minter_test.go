package broker

import (
	"crypto/rsa"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestMinter(t *testing.T) {
	key, pem := githubtest.Key(0)
	gh := githubtest.New()
	gh.AddApp(githubtest.App{ID: 7, Slug: "octo-bot", Keys: []*rsa.PublicKey{&key.PublicKey}})
	gh.AddInstallation(githubtest.Installation{ID: 42, AppID: 7, Owner: "octo-org", Permissions: map[string]string{"contents": "write", "metadata": "read"}, Repositories: []string{"octo-org/hello"}})
	url, stop, err := gh.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	dir := t.TempDir()
	// As systemd makes it, with an ACL that shows in the group's bits.
	if err := os.WriteFile(filepath.Join(dir, "takopi"), pem, 0o440); err != nil {
		t.Fatal(err)
	}
	c := Config{Apps: []App{{Name: "takopi", Issuer: "7", InstallationID: 42, APIURL: url}}}
	m, err := NewMinter(c, dir, "test", time.Now, func(string, string) {})
	if err != nil {
		t.Fatal(err)
	}
	scope := mint.Installation{Issuer: "7", ID: 42, Repositories: []string{"hello"}}
	token, err := m.Mint(t.Context(), c.Apps[0], scope)
	if err != nil || !strings.HasPrefix(token.Value.Reveal(), "ghs_") || token.Key != mint.Fingerprint(&key.PublicKey) {
		t.Errorf("got %+v, %v", token, err)
	}
}

// A unit can start without its credential: that is told at the start.
//
// Fault: no-credential
func TestNoKeyIsFatal(t *testing.T) {
	c := policy()
	for name, test := range map[string]struct {
		dir  func(t *testing.T) string
		want string
		kind mint.Kind
	}{
		"no directory": {func(*testing.T) string { return "" }, "the broker was given no credentials", mint.BadSetup},
		"no file":      {(*testing.T).TempDir, "the credential takopi: ", mint.BadSetup},
		"no key": {func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "takopi"), []byte("x"), 0o400); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "the credential takopi: ", mint.InvalidKey},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewMinter(c, test.dir(t), "test", time.Now, nil)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) || kindOf(t, err) != test.kind {
				t.Errorf("got %v", err)
			}
		})
	}
}
