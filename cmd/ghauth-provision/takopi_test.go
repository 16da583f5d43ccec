package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

func TestTakopiDir(t *testing.T) {
	for _, tt := range []struct{ env, want string }{
		{"HOME=/home/ada", "/home/ada/.local/share/uv/tools/takopi"},
		{"HOME=/home/ada XDG_DATA_HOME=/data", "/data/uv/tools/takopi"},
		{"HOME=/home/ada XDG_DATA_HOME=/data UV_TOOL_DIR=/tools", "/tools/takopi"},
		{"HOME=/home/ada XDG_DATA_HOME=data UV_TOOL_DIR=tools", "/home/ada/.local/share/uv/tools/takopi"},
	} {
		w := &world{env: strings.Fields(tt.env)}
		if got := w.takopiDir(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.env, got, tt.want)
		}
	}
}

// TestRecallTakopi: where an apply has found Takopi counts as long as it may be there.
func TestRecallTakopi(t *testing.T) {
	known, config := t.TempDir(), t.TempDir()
	manifest := `{"version": 1, "records": [{"path": "/w.whl", "kind": "file", "environment": "` + known + `"}]}`
	if err := os.WriteFile(filepath.Join(config, plan.ManifestName), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	wantDir := func(what, want string) {
		t.Helper()
		w := &world{env: []string{"UV_TOOL_DIR=/today"}}
		if w.recallTakopi(config); w.takopiDir() != want {
			t.Errorf("%s: %s, want %s", what, w.takopiDir(), want)
		}
	}
	wantDir("gone", "/today/takopi")
	if err := os.WriteFile(receiptIn(known), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantDir("there", known)
	if err := errors.Join(os.Remove(receiptIn(known)), os.Symlink("uv-receipt.toml", receiptIn(known))); err != nil {
		t.Fatal(err)
	}
	wantDir("not to be read", known)
}

func TestUVBinDir(t *testing.T) {
	for env, want := range map[string]string{
		"HOME=/h":                            "/h/.local/bin",
		"HOME=/h XDG_DATA_HOME=/d/x":         "/d/bin",
		"XDG_DATA_HOME=/d XDG_BIN_HOME=/b":   "/b",
		"XDG_BIN_HOME=/b UV_TOOL_BIN_DIR=/t": "/t",
	} {
		w := &world{env: strings.Fields(env)}
		if got := w.uvBinDir(); got != want {
			t.Errorf("%s: %s, want %s", env, got, want)
		}
	}
}

// TestWithoutTokens: uv needs the environment, and none of GitHub's secrets.
func TestWithoutTokens(t *testing.T) {
	got := withoutTokens(strings.Fields("HOME=/h GH_TOKEN=x UV_INDEX=y GITHUB_TOKEN=x GITHUB_APP_ID=1 PATH=/bin"))
	if want := "HOME=/h UV_INDEX=y PATH=/bin"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}

// TestOlderThan: only a Takopi that has loaded plugins before this one was there.
func TestOlderThan(t *testing.T) {
	at := time.Unix(1700000000, 0)
	for _, tt := range []struct {
		program refresh.Program
		plugin  time.Time
		fix     string // empty: it is not told of
	}{
		{refresh.Program{Started: at}, at.Add(3 * time.Second), "restart it"},
		{refresh.Program{Started: at, Unit: "takopi@x.service"}, at.Add(time.Hour), "restart it: systemctl --user restart takopi@x.service"},
		{refresh.Program{Started: at, Unit: "bot.service", System: true}, at.Add(time.Hour), "restart it: sudo systemctl restart bot.service"},
		{refresh.Program{Started: at}, at.Add(startSlack), ""},
		{refresh.Program{Started: at}, at.Add(-time.Hour), ""},
		{refresh.Program{}, at, ""},                     // nobody knows since when
		{refresh.Program{Started: at}, time.Time{}, ""}, // there is no plugin
	} {
		fix := ""
		for _, c := range olderThan(tt.plugin, []refresh.Program{tt.program}) {
			fix += c.Fix
		}
		if fix != tt.fix {
			t.Errorf("%+v, plugin of %s: %q, want %q", tt.program, tt.plugin, fix, tt.fix)
		}
	}
}

// TestLeadsTo: a unit may name a token file by a pattern, or through a link.
func TestLeadsTo(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "github-token.env"), filepath.Join(dir, "link.env")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(file, link), os.WriteFile(dir+"/other", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]bool{
		file: true, link: true, dir + "/github-*.env": true, dir + "/link.?nv": true, dir + "/other": false, dir + "/*.txt": false, dir + "/[": false,
	} {
		if got := leadsTo(pattern, file); got != want {
			t.Errorf("leadsTo(%s) = %v", pattern, got)
		}
	}
	if gone := dir + "/gone"; !leadsTo(gone, gone) {
		t.Error("a file that is not there yet is not found")
	}
}
