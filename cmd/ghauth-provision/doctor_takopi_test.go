package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// TestHurdlesWithoutEnvironment: what takopi.toml and a rival do to the plugin is told
// even where uv's environment is not there, or not understood.
func TestHurdlesWithoutEnvironment(t *testing.T) {
	const (
		rival   = "lib/python3.14/site-packages/rival-1.dist-info/"
		ours    = "[plugins]\nenabled = [\"takopi-ghauth\"]\n"
		others  = "[plugins]\nenabled = [\"takopi-discord\"]\n"
		project = ours + "[projects.ghauth]\npath = \"~/x\"\n"
	)
	files := map[string]string{
		"uv-receipt.toml":          "[tool]\nrequirements = [{ name = \"takopi\" }]\nconstraints = [{ name = \"idna\" }]\n",
		rival + "METADATA":         "Name: rival\nVersion: 1\n",
		rival + "entry_points.txt": "[takopi.command_backends]\nghauth = rival:X\n",
	}
	for _, tt := range []struct {
		name, config string
		files        []string
		checks       string // what doctor tells of
		notes        []string
	}{
		{"pip", ours, nil, "not checked plugin", nil},
		{"pip, not enabled", others, nil, "not checked plugin, failed takopi.toml", nil},
		{"pip, a project's", project, nil, "not checked plugin, failed takopi.toml", nil},
		{"constraints", ours, []string{"uv-receipt.toml"}, "not checked plugin", []string{"not checked"}},
		{"constraints, not enabled", others, []string{"uv-receipt.toml"}, "not checked plugin, failed takopi.toml", []string{"does not name takopi-ghauth", "not checked"}},
		{"constraints, a rival", ours, []string{"uv-receipt.toml", rival + "METADATA", rival + "entry_points.txt"}, "failed plugin", []string{"rival offers /ghauth", "not checked"}},
	} {
		home := t.TempDir()
		put := func(path, text string) {
			t.Helper()
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o700)); err != nil {
				t.Fatal(err)
			}
		}
		put(filepath.Join(home, ".takopi/takopi.toml"), tt.config)
		put(filepath.Join(home, ".local/bin/takopi"), "#!/bin/sh\n")
		p := &takopiPlugin{w: &world{env: []string{"HOME=" + home}}, j: &job{}}
		for _, name := range tt.files {
			put(filepath.Join(p.w.takopiDir(), name), files[name])
		}
		var checks []string
		for _, c := range p.pluginChecks() {
			checks = append(checks, string(c.Result)+" "+c.Name)
		}
		if got := strings.Join(checks, ", "); got != tt.checks {
			t.Errorf("%s: doctor tells %q, want %q", tt.name, got, tt.checks)
		}
		p.j = &job{spec: &spec.Spec{Takopi: spec.Takopi{Config: filepath.Join(home, ".takopi/takopi.toml")}}, desired: plan.State{Wheel: "/w.whl"}}
		s, err := p.Look()
		if err != nil || !slices.EqualFunc(s.Notes, tt.notes, strings.Contains) {
			t.Errorf("%s: Look notes %q, %v, want %q", tt.name, s.Notes, err, tt.notes)
		}
	}
}

// TestScriptCheckReadsTable: as the chat's refresh does, whatever else is in the table.
func TestScriptCheckReadsTable(t *testing.T) {
	for table, want := range map[string]string{
		"":                               "refresh script not found at ~/.local/bin/takopi-refresh-github-token",
		"refresh_script = \"~/r\"":       "refresh script not found at ~/r",
		"x = nan\ny = [inf]\nz.a = -inf": "refresh script not found at ~/.local/bin/takopi-refresh-github-token",
		"max_token_age_minutes = nan":    "takopi.toml ~/.takopi/takopi.toml: [plugins.ghauth]: max_token_age_minutes has the wrong type, and has to be a whole number",
		"allowed_user_ids = [nan]":       "takopi.toml ~/.takopi/takopi.toml: [plugins.ghauth]: allowed_user_ids has the wrong type, and has to be a list of whole numbers such as [7]",
		"allowed_user_ids = \"null\"":    "takopi.toml ~/.takopi/takopi.toml: [plugins.ghauth]: allowed_user_ids has the wrong type, and has to be a list of whole numbers such as [7]",
		"refresh_timeout_seconds = 30.0": "refresh script not found at ~/.local/bin/takopi-refresh-github-token",
	} {
		home := t.TempDir()
		config := filepath.Join(home, ".takopi/takopi.toml")
		if err := errors.Join(os.Mkdir(filepath.Dir(config), 0o700), os.WriteFile(config, []byte("[plugins.ghauth]\n"+table+"\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
		p := &takopiPlugin{w: &world{env: []string{"HOME=" + home}}, j: &job{}}
		if c := p.scriptCheck("")[0]; c.Name+" "+c.Detail != want {
			t.Errorf("%s: %s %s, want %s", table, c.Name, c.Detail, want)
		}
	}
}
