package manifestflow

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A visit is a flow that is served, and what it has done.
type visit struct {
	*testing.T
	*Flow
	client    *http.Client
	stop      context.CancelCauseFunc
	ended     chan error // what Run has given
	install   chan string
	mu        sync.Mutex
	codes     []string
	warned    []string
	refuseAll error // what Register answers
}

func newVisit(t *testing.T) *visit {
	t.Helper()
	v := &visit{T: t, client: newBrowser(t), ended: make(chan error, 1), install: make(chan string, 1)}
	wish := Wish{Host: "github.example", Site: "https://github.example", Org: "octo-org", Name: "<b>agents",
		Permissions: map[string]string{"contents": "write", "metadata": "read", "pages": "admin"}, KeyFile: "~/key.pem", Machine: "build&host"}
	f, err := Listen(0, wish, Steps{
		Register: func(_ context.Context, code string) (App, error) {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.codes = append(v.codes, code)
			return App{"Agents", "https://github.example/apps/agents/installations/new"}, v.refuseAll
		},
		Installed: func(ctx context.Context) (string, error) {
			select {
			case account := <-v.install:
				return account, nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		},
		Remedy: func(error) string { return "mend it" },
		Warn: func(text string) {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.warned = append(v.warned, text)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	v.Flow = f
	ctx, stop := context.WithCancelCause(t.Context())
	v.stop = stop
	go func() { v.ended <- f.Run(ctx) }()
	t.Cleanup(func() { stop(nil); http.DefaultClient.CloseIdleConnections() })
	return v
}

func newBrowser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 10 * time.Second}
}

// get reads a page to its end.
func (v *visit) get(client *http.Client, address string) (status int, h http.Header, text string) {
	v.Helper()
	resp, err := client.Get(address)
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		v.Fatal(err)
	}
	return resp.StatusCode, resp.Header, html.UnescapeString(string(data))
}

// back is the address that GitHub leads to.
func (v *visit) back(state, code string) string {
	return v.URL() + "created?" + url.Values{"state": {state}, "code": {code}}.Encode()
}

func TestStart(t *testing.T) {
	v := newVisit(t)
	status, h, text := v.get(v.client, v.URL())
	for _, want := range []string{"the organization octo-org", "build&host", "<dd><b>agents", "~/key.pem", ">contents</th><td>read and write<", ">metadata</th><td>read<", ">pages</th><td>read, write and administer<"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	if status != 200 || strings.Contains(text, "<script") {
		t.Errorf("status %d", status)
	}
	nonce := regexp.MustCompile(`<style nonce="(\w+)"`).FindStringSubmatch(text)
	csp := h.Get("Content-Security-Policy")
	if nonce == nil || csp != "default-src 'none'; style-src 'nonce-"+nonce[1]+"'; form-action https://github.example; base-uri 'none'; frame-ancestors 'none'" {
		t.Errorf("policy %q with the nonce %q", csp, nonce)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	cookie := h.Get("Set-Cookie")
	if !strings.Contains(cookie, "Path="+v.path) || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("the cookie is %q", cookie)
	}
	if want := `action="https://github.example/organizations/octo-org/settings/apps/new?state=` + v.state + `"`; !strings.Contains(text, want) {
		t.Errorf("the form does not lead to %s", want)
	}
	var sent manifest
	_, rest, _ := strings.Cut(text, `name="manifest" value="`)
	if err := json.NewDecoder(strings.NewReader(rest)).Decode(&sent); err != nil {
		t.Fatal(err)
	}
	if sent.Name != "<b>agents" || sent.URL != "https://github.example/octo-org" || sent.RedirectURL != v.URL()+"created" || sent.Public || sent.Permissions["contents"] != "write" {
		t.Errorf("the manifest is %+v", sent)
	}
}

func TestForUser(t *testing.T) {
	w := Wish{Site: "https://github.com"}
	if got, want := w.action("s&t"), "https://github.com/settings/apps/new?state=s%26t"; got != want {
		t.Errorf("action = %s, want %s", got, want)
	}
	if text, err := w.json("back"); err != nil || !strings.Contains(text, `"url":"https://github.com"`) {
		t.Errorf("manifest %s, %v", text, err)
	}
}

func TestWholeWay(t *testing.T) {
	v := newVisit(t)
	v.get(v.client, v.URL())
	v.get(v.client, v.URL()) // to load it again is allowed
	resp, err := v.client.Get(v.back(v.state, "c0de"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body := bufio.NewReader(resp.Body)
	until := func(want string) {
		t.Helper()
		for {
			line, err := body.ReadString('\n')
			if strings.Contains(line, want) {
				return
			}
			if err != nil {
				t.Fatalf("%v before %q", err, want)
			}
		}
	}
	until("Agents is registered")
	until(`href="https://github.example/apps/agents/installations/new"`)
	until("Waiting for the installation")
	// While it waits, each page says so.
	for _, address := range []string{v.URL(), v.back(v.state, "c0de")} {
		if status, _, text := v.get(v.client, address); status != 410 || !strings.Contains(text, "Agents is registered") {
			t.Errorf("%s: %d %s", address, status, text)
		}
	}
	v.install <- "octo-org"
	until("Installed on octo-org")
	until("</html>")
	if err := <-v.ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
	if !slices.Equal(v.codes, []string{"c0de"}) || len(v.warned) != 2 {
		t.Errorf("codes %q, warned %q", v.codes, v.warned)
	}
	if _, err := v.client.Get(v.URL()); err == nil {
		t.Error("the page is there still")
	}
}

func TestRegisterFails(t *testing.T) {
	v := newVisit(t)
	v.refuseAll = errors.New("no such code")
	v.get(v.client, v.URL())
	status, _, text := v.get(v.client, v.back(v.state, "c0de"))
	if status != 502 || !strings.Contains(text, "no such code") || !strings.Contains(text, "What to do: mend it") {
		t.Errorf("%d %s", status, text)
	}
	if err := <-v.ended; err != v.refuseAll {
		t.Errorf("Run() = %v", err)
	}
}

func TestStopped(t *testing.T) {
	stopped := errors.New("stopped")
	v := newVisit(t)
	v.get(v.client, v.URL())
	v.stop(stopped)
	if err := <-v.ended; err != stopped {
		t.Errorf("Run() = %v", err)
	}
	// While the page waits, it says so.
	v = newVisit(t)
	v.get(v.client, v.URL())
	resp, err := v.client.Get(v.back(v.state, "c0de"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	v.stop(stopped)
	if text, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(text), "<strong>Stopped.</strong>") {
		t.Errorf("%v: %s", err, text)
	}
	if err := <-v.ended; err != stopped {
		t.Errorf("Run() = %v", err)
	}
}

func TestListen(t *testing.T) {
	v := newVisit(t)
	if _, err := Listen(v.Port(), Wish{}, Steps{}); err == nil {
		t.Error("two listen at one port")
	}
	if w := newVisit(t); w.path == v.path || w.state == v.state || len(v.path) < 26 || len(v.state) < 26 {
		t.Errorf("%s and %s, %s and %s", v.path, w.path, v.state, w.state)
	}
	if !strings.HasPrefix(v.URL(), "http://127.0.0.1:") {
		t.Errorf("the page is at %s", v.URL())
	}
}
