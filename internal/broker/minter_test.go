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

// The next key is used as soon as GitHub knows it, and the old one until then.
func TestMintByTheNextKey(t *testing.T) {
	old, oldPEM := githubtest.Key(0)
	next, nextPEM := githubtest.Key(1)
	other, _ := githubtest.Key(2)
	gh := githubtest.New()
	gh.AddApp(githubtest.App{ID: 7, Slug: "octo-bot"})
	gh.AddInstallation(githubtest.Installation{ID: 42, AppID: 7, Owner: "octo-org", Permissions: map[string]string{"metadata": "read"}, Repositories: []string{"octo-org/hello"}})
	url, stop, err := gh.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	dir := t.TempDir()
	for name, pem := range map[string][]byte{"takopi": oldPEM, "takopi.next": nextPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), pem, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	var warned []string
	c := Config{Apps: []App{{Name: "takopi", Issuer: "7", InstallationID: 42, APIURL: url, NextKey: true}}}
	m, err := NewMinter(c, dir, "test", time.Now, func(_, text string) { warned = append(warned, text) })
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		known []*rsa.PublicKey
		want  *rsa.PublicKey // nil: no token
		warns int
	}{
		{"the old one", []*rsa.PublicKey{&old.PublicKey}, &old.PublicKey, 1},
		{"both", []*rsa.PublicKey{&old.PublicKey, &next.PublicKey}, &next.PublicKey, 0},
		{"the next one", []*rsa.PublicKey{&next.PublicKey}, &next.PublicKey, 0},
		{"neither", []*rsa.PublicKey{&other.PublicKey}, nil, 1},
	} {
		gh.SetKeys(7, test.known...)
		warned = nil
		token, err := m.Mint(t.Context(), c.Apps[0], mint.Installation{Issuer: "7", ID: 42})
		if (err == nil) != (test.want != nil) || err == nil && token.Key != mint.Fingerprint(test.want) || len(warned) != test.warns {
			t.Errorf("GitHub knows %s: got %s, %v, warned %q", test.name, token.Key, err, warned)
		}
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
