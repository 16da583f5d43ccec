package githubtest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestFaults(t *testing.T) {
	w := newWorld(t)
	w.Fail(2, "GET /meta", githubtest.Refuse(503, "first", "Retry-After", "7"))
	w.Fail(-1, "", githubtest.Refuse(500, "second"))
	get := func(path string) answer { return w.do("GET", path, "", "") }
	a := get("/meta")
	w.refuses(a, 503, "first")
	if got := a.header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After = %q, want 7", got)
	}
	w.refuses(get("/rate_limit"), 500, "second")
	w.refuses(get("/meta"), 503, "first")
	w.refuses(get("/meta"), 500, "second")
	if got := w.Requests(); len(got) != 4 || got[0].Status != 503 || got[1].Status != 500 {
		t.Errorf("requests = %v", got)
	}
	w.Reset()
	if a := get("/meta"); a.status != 200 || len(w.Requests()) != 1 {
		t.Errorf("status = %d, requests = %v after a reset", a.status, w.Requests())
	}
	w.conforms()
}

func TestHang(t *testing.T) {
	w := newWorld(t)
	w.Fail(1, "", githubtest.Hang)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", w.url+mintPath, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Errorf("status = %d, want no answer", resp.StatusCode)
	}
}

// What the stand-in lacks or GitHub would refuse is kept, to fail its test.
func TestViolations(t *testing.T) {
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string // in the violation
	}{
		{"GET", "/nowhere", "", 404, "GET /nowhere: request: no such endpoint"},
		{"PUT", "/meta", "", 404, "PUT /meta: request: no such endpoint"},
		{"POST", mintPath, `{"permissions":{"contents":"all"}}`, 422, "request: "},
		{"POST", mintPath, `{"repositories":[1]}`, 422, "request: "},
	} {
		w := newWorld(t)
		if a := w.do(test.method, test.path, sign(t, 0, claims()), test.body); a.status != test.status {
			t.Errorf("%s %s: status = %d, want %d: %s", test.method, test.path, a.status, test.status, a.text)
		}
		if got := w.Violations(); len(got) != 1 || !strings.Contains(got[0], test.want) {
			t.Errorf("%s %s: violations = %q, want %q", test.method, test.path, got, test.want)
		}
		w.Reset()
		w.conforms()
	}
}

// A JSON body without its content type is none that GitHub describes.
func TestBodyWithoutType(t *testing.T) {
	w := newWorld(t)
	req, err := http.NewRequest("POST", w.url+mintPath, strings.NewReader(`{"repositories":["hello"]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", sign(t, 0, claims()))
	w.send(req)
	if got := w.Violations(); len(got) != 1 {
		t.Errorf("violations = %q, want one", got)
	}
}

func TestNoAgent(t *testing.T) {
	w := newWorld(t)
	req, err := http.NewRequest("GET", w.url+"/meta", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", "")
	if a := w.send(req); a.status != 403 || !strings.Contains(a.text, "User-Agent header") {
		t.Errorf("%d %s, want 403 for want of a User-Agent", a.status, a.text)
	}
}

func TestViewer(t *testing.T) {
	w := newWorld(t)
	auth := "Bearer " + w.mint("").Token
	w.refuses(w.do("GET", "/user", auth, ""), 403, "Resource not accessible by integration")
	for body, want := range map[string]string{
		`{"query":"query UserCurrent{viewer{login}}"}`: `{"data":{"viewer":{"login":"octo-bot[bot]"}}}`,
		`{"query":"{viewer{name}}"}`:                   "undefinedField",
	} {
		if a := w.do("POST", "/api/graphql", auth, body); a.status != 200 || !strings.Contains(a.text, want) {
			t.Errorf("%s: %d %s, want %s", body, a.status, a.text, want)
		}
	}
	w.refuses(w.do("POST", "/graphql", auth, "{"), 400, "Problems parsing JSON")
	if a := w.do("GET", "/", auth, ""); a.status != 200 || a.header.Get("X-OAuth-Scopes") != "" {
		t.Errorf("status = %d, scopes %q, want none", a.status, a.header.Get("X-OAuth-Scopes"))
	}
	w.conforms()
}
