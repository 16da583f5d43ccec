package main

import (
	"strings"
	"testing"
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

// TestWithoutTokens: uv needs the environment, and none of GitHub's secrets.
func TestWithoutTokens(t *testing.T) {
	got := withoutTokens(strings.Fields("HOME=/h GH_TOKEN=x UV_INDEX=y GITHUB_TOKEN=x GITHUB_APP_ID=1 PATH=/bin"))
	if want := "HOME=/h UV_INDEX=y PATH=/bin"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}
