package plugin

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// TestWhoseRunFailed: of many apps, the failed run is that of those which needed a new
// token when it began, and have none since.
func TestWhoseRunFailed(t *testing.T) {
	began := now.Add(-4 * time.Minute)
	const (
		no    = "GitHub says no"
		login = "gh could not be logged in"
	)
	for _, tt := range []struct {
		asked  string
		status int
		old    string // the apps that had 20 minutes left when the run began
		want   string // of the last line; empty: nothing is told of a failure
	}{
		{"all", 77, "app1", "last run: failed 4m ago for app1, " + no},
		{"all", 77, "app1 app2", "last run: failed 4m ago for app1 and 1 more, " + no},
		{"all", 77, "", "last run: failed 4m ago, " + no},
		{"app0", 77, "app1", ""},
		{"app0", 77, "", "last run: failed 4m ago, " + no}, // whose it is is not known
		{"app2", 77, "app1 app2", "last run: failed 4m ago for app2 and 1 more, " + no},
		{"all", 72, "app1", "last run: failed 4m ago for app0, the token is good, but " + login},
		{"app1", 72, "app1", ""},
	} {
		p := newPlugin(t)
		p.Timer = func(context.Context) Timer {
			return Timer{Active: true, Next: now.Add(3 * time.Minute), Failed: began, Status: tt.status}
		}
		put := func(name, more string, created time.Time) {
			write(t, p.dir()+"/github-app-"+name+".env", appEnv+name+more+"\n", 0o600)
			write(t, p.dir()+"/github-token-"+name+".env", tokenFile(created, created.Add(time.Hour)), 0o600)
		}
		for _, name := range []string{"app0", "app1", "app2"} {
			created := began.Add(-15 * time.Minute) // it was not due then, and may be now
			if strings.Contains(tt.old, name) {
				created = began.Add(-40 * time.Minute)
			}
			put(name, map[string]string{"app0": "\nGHAUTH_GH_LOGIN=true"}[name], created)
		}
		put("healed", "", now.Add(-time.Minute)) // it was due, and has a new one since
		if got, _ := say(t, p, "status", tt.asked); !strings.Contains(got, tt.want) || tt.want == "" && strings.Contains(got, "last run") {
			t.Errorf("status %s after %d, with %q due:\n%s\nwant %q", tt.asked, tt.status, tt.old, got, tt.want)
		}
	}
}

// TestOneAppsRunFailed: where there is one app, nobody need be named.
func TestOneAppsRunFailed(t *testing.T) {
	p := newPlugin(t)
	p.Timer = func(context.Context) Timer { return Timer{Active: true, Failed: now, Status: 77} }
	write(t, p.dir()+"/github-app.env", appEnv+"takopi\n", 0o600)
	for _, words := range []string{"status", "status takopi"} {
		if got, _ := say(t, p, strings.Fields(words)...); !strings.Contains(got, "last run: failed 0s ago, GitHub says no") {
			t.Errorf("%s: %s", words, got)
		}
	}
	if err := os.Remove(p.dir() + "/github-app.env"); err != nil {
		t.Fatal(err)
	}
	if got, _ := say(t, p); !strings.Contains(got, "last run: failed 0s ago, GitHub says no") {
		t.Errorf("without an app: %s", got)
	}
}
