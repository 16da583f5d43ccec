package mint

import (
	"context"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// now is GitHub's time in the tests' world.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	appID    = 1234
	clientID = "Iv23liTESTTESTTEST00"
	instID   = 42
)

var octo = Installation{Issuer: clientID, ID: instID}

// A world is a GitHub with one app on one account, and a client of it that
// waits for nothing and keeps what it is told.
type world struct {
	*githubtest.Server
	url    string
	client *Client
	ahead  time.Duration // this host's clock less GitHub's
	slept  []time.Duration
	warned []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, _ := githubtest.Key(0)
	w := &world{Server: githubtest.New()}
	w.Now = func() time.Time { return now }
	w.AddApp(githubtest.App{
		ID: appID, ClientID: clientID, Slug: "octo-bot", Name: "Octo Bot",
		Keys: []*rsa.PublicKey{&key.PublicKey},
	})
	w.AddInstallation(githubtest.Installation{
		ID: instID, AppID: appID, Owner: "octo-org",
		Permissions:  map[string]string{"contents": "write", "metadata": "read"},
		Repositories: []string{"octo-org/hello", "octo-org/world"},
	})
	url, stop, err := w.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	w.url = url
	w.client = w.newClient(t, url, "")
	return w
}

func (w *world) newClient(t *testing.T, url, caFile string) *Client {
	t.Helper()
	c, err := NewClient(url, caFile, "1.2.3", func() time.Time { return now.Add(w.ahead) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.http.CloseIdleConnections)
	c.warn = func(text string) { w.warned = append(w.warned, text) }
	c.sleep = func(_ context.Context, d time.Duration) error {
		w.slept = append(w.slept, d)
		return nil
	}
	return c
}

// mint mints for octo-org with the app's key.
func (w *world) mint(t *testing.T) (Token, error) {
	t.Helper()
	key, _ := githubtest.Key(0)
	return w.client.Mint(t.Context(), octo, key)
}

// mustMint mints a token that is only needed for what follows.
func (w *world) mustMint(t *testing.T) Token {
	t.Helper()
	token, err := w.mint(t)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// requested fails the test unless GitHub saw n requests.
func (w *world) requested(t *testing.T, n int) {
	t.Helper()
	if got := len(w.Requests()); got != n {
		t.Errorf("GitHub saw %d requests, want %d", got, n)
	}
}

// conforms fails the test if either side broke GitHub's description.
func (w *world) conforms(t *testing.T) {
	t.Helper()
	for _, v := range w.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// wantError fails the test unless err is an *Error, unwrapped, of that kind
// whose text and remedy hold the given words.
func wantError(t *testing.T, err error, kind Kind, reason, remedy string) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("error = %v (%T), want an *Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind = %d, want %d: %v", e.Kind, kind, err)
	}
	if !strings.Contains(e.Error(), reason) {
		t.Errorf("error = %q, want %q in it", e, reason)
	}
	if !strings.Contains(e.Remedy, remedy) || e.Remedy == "" {
		t.Errorf("remedy = %q, want %q in it", e.Remedy, remedy)
	}
}

// reply is a fault: an answer to the letter.
func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}
