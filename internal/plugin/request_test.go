package plugin

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
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

// appEnv is an app's env file up to its name.
const appEnv = "GITHUB_APP_ID=1\nGITHUB_APP_INSTALLATION_ID=2\nGITHUB_APP_PRIVATE_KEY_PATH=/k\nGITHUB_API_URL=https://api.github.com\n" +
	"GITHUB_HOST=github.com\nGHAUTH_RENEW_WITHIN=30m\nGHAUTH_TIMEOUT=90s\nGITHUB_APP_NAME="

// TestApps: which app is meant, by its name or by the chat's project.
func TestApps(t *testing.T) {
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
		write(t, p.dir()+"/github-app.env", appEnv+"takopi\n", 0o600)
		write(t, p.dir()+"/github-app-backend.env", appEnv+"backend\n", 0o600)
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

// TestManyApps: those that need something are told of, and the timer.
func TestManyApps(t *testing.T) {
	p := newPlugin(t)
	write(t, p.RefreshScript, "", 0o755)
	for i := range 60 {
		name := fmt.Sprintf("app%02d", i)
		write(t, p.dir()+"/github-app-"+name+".env", appEnv+name+"\n", 0o600)
		if i != 30 {
			write(t, p.dir()+"/github-token-"+name+".env", tokenFile(now, now.Add(time.Hour)), 0o600)
		}
	}
	got, _ := say(t, p, "status", "all")
	for _, want := range []string{"app30: missing", "\nand 59 more, 59 of them fresh: /ghauth status NAME\n", "\ntimer: next run in 3m"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "app29") || len(got) > MaxAnswer {
		t.Errorf("%d bytes:\n%s", len(got), got)
	}
	if got, _ := say(t, p, "status", "app29"); !strings.HasPrefix(got, "app29: fresh") {
		t.Errorf("of one: %s", got)
	}
	for i := range 60 {
		if err := os.RemoveAll(fmt.Sprintf("%s/github-token-app%02d.env", p.dir(), i)); err != nil {
			t.Fatal(err)
		}
	}
	got, _ = say(t, p, "status", "all")
	lines := strings.Split(got, "\n")
	for _, line := range lines[:len(lines)-2] {
		if !strings.HasSuffix(line, ": send /ghauth refresh") {
			t.Errorf("a line is cut: %q", line)
		}
	}
	// Of 61, the token file that is nobody's among them.
	if want := fmt.Sprintf("\nand %d more: /ghauth status NAME\ntimer: next run in 3m", 61-len(lines)+2); !strings.HasSuffix(got, want) || len(got) > MaxAnswer {
		t.Errorf("with nothing fresh, %d bytes:\n%s\nwant at the end%s", len(got), got, want)
	}
	for verb, want := range map[string]string{
		"status APP":  "There is no app APP here. Known: token, app00, app01, app02, app03, app04, app05, app06 and 53 more.",
		"status app3": "There is no app app3 here. Known: app30, app31, app32, app33, app34, app35, app36, app37 and 53 more.",
		"flow":        " more: see ghauth-provision status on the host",
	} {
		if got, _ := say(t, p, strings.Fields(verb)...); !strings.HasSuffix(got, want) || len(got) > MaxAnswer {
			t.Errorf("%s: %d bytes, want %q at the end of\n%s", verb, len(got), want, got)
		}
	}
	write(t, p.dir()+"/github-app-zed.env", "broken", 0o600)
	if got, _ := say(t, p, "status"); !strings.HasPrefix(got, "~/.config/takopi/github-app-zed.env: ") {
		t.Errorf("with a broken app:\n%s", got)
	}
	if err := os.Remove(p.dir() + "/github-app-zed.env"); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(p.dir(), refresh.LockdownFile), "", 0o600)
	if got, _ := say(t, p, "status"); !strings.HasPrefix(got, "locked down since ") || !strings.HasSuffix(got, " more: /ghauth status NAME") {
		t.Errorf("locked down:\n%s", got)
	}
}

// TestBlankWords: what is quoted in a chat may be nothing, or hold more than a word.
func TestBlankWords(t *testing.T) {
	for _, words := range [][]string{{""}, {" ", "\n"}, {"", "status"}, {"status\n"}, {"status token"}} {
		if got, status := say(t, newPlugin(t), words...); !strings.HasPrefix(got, "token: missing") || status != 0 {
			t.Errorf("%q: %q, %d", words, got, status)
		}
	}
}

// TestWrongTable: what is wrong with it keeps nobody from help, and all from a refresh:
// who may is not known.
func TestWrongTable(t *testing.T) {
	const why = "[plugins.ghauth]: allowed_user_ids has the wrong type, and has to be a list of whole numbers such as [7]: correct it in takopi.toml, or run `ghauth-provision apply` on the host."
	for words, want := range map[string]string{
		"help":    why + "\n\n/ghauth status [app]",
		"Flow":    why + "\n\nA GitHub App's private key",
		"status":  why,
		"refresh": why,
		"nosuch":  why,
		"":        why,
	} {
		for _, ids := range []string{"canary", "null"} {
			p := newPlugin(t)
			write(t, p.RefreshScript, "#!/bin/sh\necho must not run\n", 0o755)
			p.Request, p.Wrong = ReadRequest(strings.NewReader(`{"plugin_config": {"allowed_user_ids": "`+ids+`", "token_env_file": "canary"}, "sender": 7}`), p.Home)
			got, status := say(t, p, strings.Fields(words)...)
			if !strings.HasPrefix(got, want) || strings.Contains(got, "must not run") || strings.Contains(got, "canary") || status != 65 {
				t.Errorf("%s, with %s: %q, %d, want %q", words, ids, got, status, want)
			}
		}
	}
}
