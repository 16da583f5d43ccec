package mint

import (
	"context"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// octoInfo is what GitHub says of octo-org's installation.
var octoInfo = InstallationInfo{instID, "octo-org", false, "selected", map[string]string{"contents": "write", "metadata": "read"}}

// lookUps are the calls that ask as the App and change nothing. All succeed in
// a new world.
var lookUps = map[string]func(context.Context, *Client, string) (any, error){
	"App": func(ctx context.Context, c *Client, issuer string) (any, error) {
		key, _ := githubtest.Key(0)
		return c.App(ctx, issuer, key)
	},
	"Installations": func(ctx context.Context, c *Client, issuer string) (any, error) {
		key, _ := githubtest.Key(0)
		return c.Installations(ctx, issuer, key)
	},
	"InstallationByID": func(ctx context.Context, c *Client, issuer string) (any, error) {
		key, _ := githubtest.Key(0)
		return c.InstallationByID(ctx, issuer, key, instID)
	},
	"OWNER": func(ctx context.Context, c *Client, issuer string) (any, error) {
		key, _ := githubtest.Key(0)
		return c.FindInstallation(ctx, issuer, key, "octo-org")
	},
	"OWNER/REPO": func(ctx context.Context, c *Client, issuer string) (any, error) {
		key, _ := githubtest.Key(0)
		return c.FindInstallation(ctx, issuer, key, "octo-org/hello")
	},
	"OnlyInstallation": func(ctx context.Context, c *Client, issuer string) (any, error) {
		key, _ := githubtest.Key(0)
		return c.OnlyInstallation(ctx, issuer, key)
	},
}

func TestLookUps(t *testing.T) {
	info := AppInfo{appID, clientID, "octo-bot", "octo-org", "https://github.com/apps/octo-bot", map[string]string{"metadata": "read"}}
	for name, do := range lookUps {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			want := map[string]any{"App": info, "Installations": []InstallationInfo{octoInfo}}[name]
			if want == nil {
				want = octoInfo
			}
			if got, err := do(t.Context(), w.client, clientID); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			w.requested(t, 1)
			w.conforms(t)

			w.Reset()
			w.Fail(1, "", githubtest.Refuse(502, "Server Error"))
			w.Fail(1, "", reply(200, "text/html", "<html>"))
			w.Fail(1, "", reply(200, asJSON, "{"))
			if _, err := do(t.Context(), w.client, clientID); err != nil {
				t.Errorf("error = %v after three that pass", err)
			}
			w.requested(t, 4)

			w.Reset()
			w.Fail(-1, "", reply(200, asJSON, "null"))
			_, err := do(t.Context(), w.client, clientID)
			wantError(t, err, Temporary, "GitHub's answer holds no ", "captive portal")
			w.requested(t, maxTries)
		})
	}
}

func TestLookUpsRefused(t *testing.T) {
	for name, do := range lookUps {
		for _, tt := range []struct {
			change         func(*world)
			issuer         string
			reason, remedy string
		}{
			{func(w *world) { key, _ := githubtest.Key(1); w.SetKeys(appID, &key.PublicKey) }, clientID, "wrong key or app id", "listed on the App's settings page: SHA256:"},
			{func(w *world) { w.SetKeys(appID) }, clientID, "must generate a public key", "check app_id"},
			{func(*world) {}, "77", `404 "Integration not found": no App has this id`, "check app_id or client_id"},
			{func(w *world) { w.Fail(-1, "", githubtest.Refuse(403, "Forbidden")) }, clientID, `403 "Forbidden"`, "settings"},
		} {
			t.Run(name+" "+tt.reason, func(t *testing.T) {
				w := newWorld(t)
				tt.change(w)
				got, err := do(t.Context(), w.client, tt.issuer)
				wantError(t, err, Denied, tt.reason, tt.remedy)
				if v := reflect.ValueOf(got); !v.IsZero() {
					t.Errorf("got %+v with its error", got)
				}
				w.requested(t, 1)
			})
		}
	}
}

func TestAllInstallations(t *testing.T) {
	for _, n := range []int{0, 99, 100, 250} {
		w := newWorld(t)
		w.install(n)
		key, _ := githubtest.Key(0)
		got, err := w.client.Installations(t.Context(), clientID, key)
		if err != nil || len(got) != n+1 || !reflect.DeepEqual(got[0], octoInfo) {
			t.Fatalf("%d installations, %v, want %d and octo-org's first", len(got), err, n+1)
		}
		if last := got[n].ID; n > 0 && last != int64(100+n) {
			t.Errorf("the last is %d, want %d", last, 100+n)
		}
		w.requested(t, n/100+1)
		w.conforms(t)
	}
}

// A list that never ends is given up.
func TestEndlessInstallations(t *testing.T) {
	w := newWorld(t)
	w.Fail(-1, "", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Link", `<http://127.0.0.1/>; rel="next"`)
		reply(200, asJSON, `[{"id":1}]`)(rw, r)
	})
	key, _ := githubtest.Key(0)
	_, err := w.client.Installations(t.Context(), clientID, key)
	wantError(t, err, Denied, "has more than 100 installations", "by installation_id")
	w.requested(t, maxPages)
}

func TestInstallationByID(t *testing.T) {
	w := newWorld(t)
	w.SetSuspended(instID, true)
	key, _ := githubtest.Key(0)
	got, err := w.client.InstallationByID(t.Context(), clientID, key, instID)
	if err != nil || !got.Suspended {
		t.Errorf("InstallationByID() = %+v, %v, want it suspended", got, err)
	}
	_, err = w.client.InstallationByID(t.Context(), clientID, key, 7)
	wantError(t, err, Denied, "App "+clientID+" has no installation 7; it has 42 (octo-org, suspended)", "check installation_id")
	w.requested(t, 3)
	w.conforms(t)
}

// All calls of the App stand a clock that is off, which is told of once.
func TestLookUpsUnderSkew(t *testing.T) {
	for name, do := range lookUps {
		for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
			w := newWorld(t)
			w.ahead = ahead
			for want := 2; want <= 3; want++ {
				if _, err := do(t.Context(), w.client, clientID); err != nil {
					t.Errorf("%s, ahead by %v: %v", name, ahead, err)
				}
				w.requested(t, want)
			}
			if got := w.client.Offset(); got != -ahead || len(w.warned) != 1 {
				t.Errorf("%s: Offset() = %v and warned %q, want %v and one warning", name, got, w.warned, -ahead)
			}
		}
	}
}
