package githubtest_test

import (
	"testing"
	"time"
)

func TestTokenDies(t *testing.T) {
	const path = "/installation/repositories"
	for _, test := range []struct {
		name    string
		kill    func(w *world, token string)
		status  int
		message string
	}{
		{"expired", func(w *world, _ string) {
			w.Change(func() { w.Now = func() time.Time { return now.Add(time.Hour) } })
		}, 401, "Bad credentials"},
		{"given back", func(w *world, token string) {
			if a := w.do("DELETE", "/installation/token", "Bearer "+token, ""); a.status != 204 || a.text != "" {
				w.Errorf("DELETE = %d %q, want 204 and no body", a.status, a.text)
			}
		}, 401, "Bad credentials"},
		{"revoked", func(w *world, token string) {
			if !w.Revoke(token) {
				w.Error("Revoke does not know its own token")
			}
		}, 401, "Bad credentials"},
		{"uninstalled", func(w *world, _ string) { w.RemoveInstallation(orgInst) }, 401, "Bad credentials"},
		{"suspended", func(w *world, _ string) { w.SetSuspended(orgInst, true) }, 403, "This installation has been suspended"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			auth := "token " + w.mint("").Token
			if a := w.do("GET", path, auth, ""); a.status != 200 {
				t.Fatalf("status = %d while alive: %s", a.status, a.text)
			}
			test.kill(w, auth[len("token "):])
			for _, p := range []string{path, "/rate_limit", "/meta", "/", "/user"} {
				w.refuses(w.do("GET", p, auth, ""), test.status, test.message)
			}
			w.refuses(w.do("DELETE", "/installation/token", auth, ""), test.status, test.message)
			w.refuses(w.do("POST", "/graphql", auth, `{"query":"{viewer{login}}"}`), test.status, test.message)
			w.conforms()
		})
	}
}

func TestTokenLife(t *testing.T) {
	w := newWorld(t)
	w.Change(func() { w.TokenLife = time.Minute })
	got := w.mint("")
	if want := now.Add(time.Minute); !got.ExpiresAt.Equal(want) {
		t.Errorf("expires_at = %v, want %v", got.ExpiresAt, want)
	}
	w.Change(func() { w.Now = func() time.Time { return now.Add(time.Minute - time.Second) } })
	if a := w.do("GET", "/rate_limit", "Bearer "+got.Token, ""); a.status != 200 {
		t.Errorf("status = %d a second before the end: %s", a.status, a.text)
	}
}

func TestSuspension(t *testing.T) {
	w := newWorld(t)
	mint := func() answer { return w.do("POST", mintPath, sign(t, 0, claims()), "") }
	w.SetSuspended(orgInst, true)
	w.refuses(mint(), 403, "This installation has been suspended")
	got := decode[struct {
		SuspendedAt *time.Time `json:"suspended_at"`
	}](w, w.do("GET", "/app/installations/11", sign(t, 0, claims()), ""), 200)
	if got.SuspendedAt == nil || !got.SuspendedAt.Equal(now) {
		t.Errorf("suspended_at = %v, want %v", got.SuspendedAt, now)
	}
	w.SetSuspended(orgInst, false)
	if a := mint(); a.status != 201 {
		t.Errorf("status = %d after the suspension: %s", a.status, a.text)
	}
	w.RemoveInstallation(orgInst)
	w.refuses(mint(), 404, "Not Found")
	w.conforms()
}

func TestCredentialRefusals(t *testing.T) {
	w := newWorld(t)
	token := w.mint("").Token
	for _, test := range []struct {
		name, auth, message string
	}{
		{"none", "", "Requires authentication"},
		{"unknown", "token ghs_000000000000000000000000000000000000", "Bad credentials"},
		{"no secret", "token", "Bad credentials"},
		{"another scheme", "Digest " + token, "Bad credentials"},
		{"an app JWT", sign(t, 0, claims()), "Bad credentials"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &world{t, w.Server, w.url}
			w.refuses(w.do("GET", "/installation/repositories", test.auth, ""), 401, test.message)
		})
	}
	w.conforms()
}
