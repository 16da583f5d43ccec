package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/gitcredential"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// A token goes to its own host alone, and never in the clear over a network.
func TestServes(t *testing.T) {
	for _, tt := range []struct {
		host, protocol, asked string
		want                  bool
	}{
		{"github.com", "https", "github.com", true},
		{"github.com", "https", "GitHub.com", true},
		{"github.com", "https", "github.com:443", true},
		{"github.com", "https", "github.com:8443", false},
		{"github.com", "https", "github.com:80", false},
		{"github.com", "https", "www.github.com", false},
		{"github.com", "https", "github.com.", false},
		{"github.com", "https", "github.com.example.com", false},
		{"github.com", "https", "github.com\r", false},
		{"github.com", "https", "gist.github.com", false},
		{"github.com", "https", "", false},
		{"github.com", "http", "github.com", false},
		{"github.com", "ssh", "github.com", false},
		{"github.com", "", "github.com", false},
		{"github.localhost", "http", "github.localhost", true},
		{"github.localhost", "http", "github.localhost:80", true},
		{"github.localhost", "http", "github.localhost:8080", false},
		{"github.localhost", "https", "github.localhost", true},
		{"ghe.example.com", "http", "ghe.example.com", false},
	} {
		if got := serves(tt.host, gitcredential.Request{Protocol: tt.protocol, Host: tt.asked}); got != tt.want {
			t.Errorf("an app on %q serves %s://%s: got %v, want %v", tt.host, tt.protocol, tt.asked, got, tt.want)
		}
	}
}

// Git's configuration is the file that git itself would write to.
func TestGitConfigPath(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
		env   string
		root  bool
		want  string
	}{
		{"none", nil, "", false, "home/.gitconfig"},
		{"the usual one", []string{"home/.gitconfig"}, "", false, "home/.gitconfig"},
		{"both", []string{"home/.gitconfig", "home/.config/git/config"}, "", false, "home/.gitconfig"},
		{"the other", []string{"home/.config/git/config"}, "", false, "home/.config/git/config"},
		{"elsewhere", []string{"xdg/git/config"}, "xdg", false, "xdg/git/config"},
		{"elsewhere, and not there", []string{"home/.config/git/config"}, "xdg", false, "home/.gitconfig"},
		{"of an image", []string{"home/.config/git/config"}, "xdg", true, "home/.config/git/config"},
	} {
		dir := t.TempDir()
		w := &world{}
		on := func(path string) string { return dir + "/" + path }
		if tt.root {
			w.root = plan.Root(dir)
			on = func(path string) string { return "/" + path }
		}
		for _, f := range tt.files {
			touch(t, dir+"/"+f)
		}
		if tt.env != "" {
			w.env = []string{"XDG_CONFIG_HOME=" + on(tt.env)}
		}
		if got := w.gitConfig(on("home")); got != on(tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, got, on(tt.want))
		}
	}
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
