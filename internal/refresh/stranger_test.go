package refresh

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestForeign(t *testing.T) {
	dir := private(t)
	for _, test := range []struct {
		name, text string
		want       bool
	}{
		{"absent", "", false},
		{"ours", "GITHUB_TOKEN=ghs_x\nGHAUTH_TOKEN_SOURCE=0123456789abcdef\n", false},
		{"another's", "GITHUB_TOKEN=ghs_x\n", true},
		{"no token", "hello\n", true},
	} {
		path := filepath.Join(dir, test.name)
		if test.text != "" {
			write(t, path, test.text)
		}
		if got := Foreign(path); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("ours", link); err != nil {
		t.Fatal(err)
	}
	if !Foreign(link) {
		t.Error("a link counts as ours, and a mint would replace it")
	}
}

// What gh 2.23 and 2.40 write, and the login that we gave it among them.
func TestGHStranger(t *testing.T) {
	const mine = "ghs_mine"
	for _, test := range []struct {
		name, hosts, user string
		found             bool
	}{
		{"no file", "", "", false},
		{"no login", "{}\n", "", false},
		{"another host's", "github.com:\n    user: ada\n    oauth_token: gho_ada\n", "", false},
		{"a person's", "github.localhost:\n    user: ada\n    oauth_token: gho_ada\n    git_protocol: https\n", "ada", true},
		{"a person's behind another", "github.com:\n    user: bob\n\"github.localhost\":\n    oauth_token: \"gho_ada\"\n    user: 'ada'\nghe.localhost:\n    user: eve\n", "ada", true},
		{"a person's in a keyring", "github.localhost:\n    users:\n        ada:\n    git_protocol: https\n    user: ada\n", "ada", true},
		{"without a name", "github.localhost:\n    oauth_token: gho_ada\n", "", true},
		{"ours", "github.localhost:\n    oauth_token: " + mine + "\n    user: bot[bot]\n", "bot[bot]", false},
		{"ours, and a person's beside it", "github.localhost:\n    users:\n        ada:\n            oauth_token: gho_ada\n        bot:\n            oauth_token: " + mine + "\n    oauth_token: " + mine + "\n    user: bot\n", "bot", false},
		{"a person's, and ours beside it", "github.localhost:\n    users:\n        bot:\n            oauth_token: " + mine + "\n    oauth_token: gho_ada\n    user: ada\n", "ada", true},
	} {
		dir := private(t)
		if test.hosts != "" {
			write(t, filepath.Join(dir, "hosts.yml"), test.hosts)
		}
		tokenFile := filepath.Join(dir, "github-token.env")
		if err := (ghStamp{mint.Secret(mine).SHA256(), "github.localhost", told, configStood, dir}).write(GHStamp(tokenFile)); err != nil {
			t.Fatal(err)
		}
		user, found := GHStranger("github.localhost", tokenFile, dir)
		if user != test.user || found != test.found {
			t.Errorf("%s: got %q, %t, want %q, %t", test.name, user, found, test.user, test.found)
		}
	}
}

func TestGHTokens(t *testing.T) {
	const many = `github.com:
    users:
        eve:
            oauth_token: gho_eve
    oauth_token: gho_eve
    user: eve
github.localhost:
    git_protocol: https
    users:
        ada:
            oauth_token: gho_ada
        "app-1[bot]":
            oauth_token: 'ghs_mine'
            git_protocol: https
        keyring:
    user: ada
    oauth_token: gho_ada
`
	for _, tt := range []struct {
		hosts string
		want  map[string]string
	}{
		{"", map[string]string{}},
		{"github.localhost:\n    user: ada\n    oauth_token: gho_ada\n", map[string]string{"": "gho_ada"}},
		{"github.com:\n    users:\n        ada:\n            oauth_token: gho_ada\n", map[string]string{}},
		{many, map[string]string{"": "gho_ada", "ada": "gho_ada", "app-1[bot]": "ghs_mine"}},
	} {
		if got := ghTokens(tt.hosts, "github.localhost"); !maps.Equal(got, tt.want) {
			t.Errorf("%q: %v, want %v", tt.hosts, got, tt.want)
		}
	}
}
