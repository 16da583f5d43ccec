package mint

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// codeOf registers an App at the stand-in, as a person does, and gives its code.
func (w *world) codeOf(t *testing.T) Secret {
	t.Helper()
	body := url.Values{"name": {"Agents"}, "manifest": {`{"url":"https://x.y","redirect_url":"http://127.0.0.1/","default_permissions":{"contents":"write"}}`}}
	req, err := http.NewRequest("POST", w.url+"/settings/apps/manifest", strings.NewReader(body.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "test")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("%s, %v", resp.Status, err)
	}
	return Secret(back.Query().Get("code"))
}

func TestRegister(t *testing.T) {
	w := newWorld(t)
	code := w.codeOf(t)
	w.Fail(1, "POST /app-manifests", githubtest.Refuse(502, ""))
	app, err := w.client.Register(t.Context(), code)
	if err != nil || app.Slug != "agents" || app.Owner != githubtest.Person || app.Permissions["contents"] != "write" {
		t.Fatalf("Register() = %+v, %v", app.AppInfo, err)
	}
	if info, err := w.client.App(t.Context(), app.ClientID, app.Key); err != nil || info.ID != app.ID {
		t.Errorf("by its key it is %+v, %v", info, err)
	}
	for _, form := range []string{"%v", "%+v", "%#v"} {
		if text := fmt.Sprintf(form, app.PEM); strings.Contains(text, "PRIVATE") {
			t.Errorf("it prints as %s", text)
		}
	}
	// The code is good once, and is the only credential that is sent.
	_, err = w.client.Register(t.Context(), code)
	wantError(t, err, Denied, "it is good once, and for an hour", "generate a private key")
	for _, r := range w.Requests() {
		if strings.Contains(r.Path, "/conversions") && r.Scheme != "" {
			t.Errorf("a code was sent with a credential: %+v", r)
		}
	}
	w.conforms(t)
}

func TestRegisterFails(t *testing.T) {
	_, pem := githubtest.Key(0)
	quoted := strings.ReplaceAll(string(pem), "\n", `\n`)
	for _, tt := range []struct {
		name   string
		code   Secret
		answer http.HandlerFunc // nil: GitHub is not to be asked
		kind   Kind
		want   string
	}{
		{"no code", "", nil, Denied, "no code of a new App"},
		{"a path", "../app", nil, Denied, "no code of a new App"},
		{"a page", "c0de", reply(201, "text/html", "<p>"), Temporary, "not application/json"},
		{"another status", "c0de", reply(200, asJSON, "{}"), Temporary, "200 in place of 201"},
		{"no App", "c0de", reply(201, asJSON, `{"pem":"`+quoted+`"}`), Temporary, "holds no App"},
		{"no key", "c0de", reply(201, asJSON, `{"id":5}`), InvalidKey, "holds no PEM block"},
		{"not allowed", "c0de", reply(403, asJSON, `{"message":"no"}`), Denied, "403"},
	} {
		w := newWorld(t)
		if tt.answer != nil {
			w.Fail(-1, "", tt.answer)
		}
		_, err := w.client.Register(t.Context(), tt.code)
		wantError(t, err, tt.kind, tt.want, "")
		if asked := len(w.Requests()) > 0; asked != (tt.answer != nil) {
			t.Errorf("%s: asked: %t", tt.name, asked)
		}
	}
}

// A code opens the key: what tells of a failed connection must not have it.
func TestRegisterHidesCode(t *testing.T) {
	w := newWorld(t)
	w.Fail(-1, "", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := w.client.Register(t.Context(), "c0ffee42")
	wantError(t, err, Temporary, "GitHub cannot be reached", "")
	if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "c0ffee42") {
		t.Errorf("the error has the code: %s", text)
	}
}
