package plugin

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadRequest(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Request
	}{
		{`{"plugin_config": {}, "words": ["status", "x"], "sender": 7, "project": "backend", "chat": -1, "new": {}}`,
			Request{Words: []string{"status", "x"}, Sender: 7, Project: "backend"}},
		{`{"plugin_config": {"max_token_age_minutes": "55"}, "sender": "7"}`, Request{Sender: 7}},
		{`{"plugin_config": {}, "words": null, "sender": null, "project": null}`, Request{}},
		{`{"plugin_config": {}, "words": "x", "sender": [7], "project": 1}`, Request{}},
		{`{"plugin_config": {}, "sender": 7.5}`, Request{}},
		// What stands in a table alone is the owner's, and nobody's word for who asks.
		{`{"sender": 7, "words": ["refresh"], "project": "x"}`, Request{}},
	} {
		got, err := ReadRequest(strings.NewReader(tt.in), "/home/ada")
		got.Table = Table{}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("ReadRequest(%s) = %+v, %v, want %+v", tt.in, got, err, tt.want)
		}
	}
	_, err := ReadRequest(strings.NewReader(`{"plugin_config": {"max_token_age_minutes": 0}}`), "/home/ada")
	if err == nil || !strings.Contains(err.Error(), "from 1 to 1440") {
		t.Errorf("the table within is not checked: %v", err)
	}
}

// TestWhoMayRefresh: once a list is set, only who is on it.
func TestWhoMayRefresh(t *testing.T) {
	for _, tt := range []struct {
		allowed []int64
		sender  int64
		want    string
		status  int
	}{
		{nil, 0, "Refreshed.", 0},
		{nil, 8, "Refreshed.", 0},
		{[]int64{7, 9}, 9, "Refreshed.", 0},
		{[]int64{7, 9}, 8, "Refused: your user ID, 8, is not among", 77},
		{[]int64{7}, 0, "Refused: allowed_user_ids is set, and this chat does not tell", 77},
		{[]int64{0}, 0, "Refused: allowed_user_ids is set, and this chat does not tell", 77},
	} {
		p := newPlugin(t)
		write(t, p.RefreshScript, "#!/bin/sh\n", 0o755)
		p.AllowedUserIDs, p.Sender = tt.allowed, tt.sender
		if got, status := say(t, p, "refresh"); !strings.HasPrefix(got, tt.want) || status != tt.status {
			t.Errorf("%v, %d: %q, %d, want %q, %d", tt.allowed, tt.sender, got, status, tt.want, tt.status)
		}
		if got, _ := say(t, p, "status"); !strings.HasPrefix(got, "token: missing") {
			t.Errorf("%v, %d: status is %q", tt.allowed, tt.sender, got)
		}
	}
}

// TestApps: which app is meant, by its name or by the chat's project.
func TestApps(t *testing.T) {
	const env = "GITHUB_APP_ID=1\nGITHUB_APP_INSTALLATION_ID=2\nGITHUB_APP_PRIVATE_KEY_PATH=/k\nGITHUB_API_URL=https://api.github.com\n" +
		"GITHUB_HOST=github.com\nGHAUTH_RENEW_WITHIN=30m\nGHAUTH_TIMEOUT=90s\nGITHUB_APP_NAME="
	for _, tt := range []struct{ word, project, script, status string }{
		{"", "", "", "takopi backend"},
		{"all", "", "", "takopi backend"},
		{"backend", "", "--app backend", "backend"},
		{"Backend", "takopi", "--app backend", "backend"},
		{"", "backend", "--app backend", "backend"},
		{"", "Backend", "--app backend", "backend"},
		{"all", "backend", "", "takopi backend"},
		{"", "elsewhere", "", "takopi backend"},
		{"", "all", "", "takopi backend"},
	} {
		p := newPlugin(t)
		write(t, p.dir()+"/github-app.env", env+"takopi\n", 0o600)
		write(t, p.dir()+"/github-app-backend.env", env+"backend\n", 0o600)
		write(t, p.RefreshScript, "#!/bin/sh\necho \"got $*.\"\n", 0o755)
		p.Project = tt.project
		if got, _ := say(t, p, strings.Fields("refresh "+tt.word)...); got != "Refreshed.\ngot "+tt.script+"." {
			t.Errorf("refresh %s in %s: %q, want %s", tt.word, tt.project, got, tt.script)
		}
		got, _ := say(t, p, strings.Fields("status "+tt.word)...)
		var names []string
		for line := range strings.Lines(got) {
			if name, _, _ := strings.Cut(line, ":"); name != "timer" {
				names = append(names, name)
			}
		}
		if strings.Join(names, " ") != tt.status {
			t.Errorf("status %s in %s: %q, want %s", tt.word, tt.project, got, tt.status)
		}
	}
}
