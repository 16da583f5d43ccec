package mint

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// What a server sends back of our credential, wherever it puts it, is in no
// error. net/http quotes much of what it cannot read.
//
// Fault: echoed-secret
func TestEchoedCredentials(t *testing.T) {
	for name, before := range map[string]string{
		"message":      "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n{\"message\":\"",
		"version":      "",
		"status":       "HTTP/1.1 ",
		"header":       "HTTP/1.1 201 Created\r\n",
		"length":       "HTTP/1.1 201 Created\r\nContent-Length: ",
		"encoding":     "HTTP/1.1 201 Created\r\nTransfer-Encoding: ",
		"location":     "HTTP/1.1 302 Found\r\nLocation: http://[",
		"content type": "HTTP/1.1 201 Created\r\nContent-Type: ",
		"expires_at":   "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n{\"expires_at\":\"",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Change(func() { w.TokenFormat = githubtest.Stateless })
			key, _ := githubtest.Key(0)
			token := w.mustMint(t).Value
			// Closes each line and, in JSON, the string.
			e := &echo{before: before, after: "\"}\r\n\r\n"}
			w.Fail(-1, "", e.ServeHTTP)
			_, err := w.mint(t)
			e.shownBy(t, err)
			if _, err := w.client.Probe(t.Context(), token); err != nil {
				e.shownBy(t, err)
			}
			_, err = w.client.App(t.Context(), clientID, key)
			e.shownBy(t, err)
			_, err = w.client.Installations(t.Context(), clientID, key)
			e.shownBy(t, err)
		})
	}
}

// An echo answers below HTTP with the credential that it is sent.
type echo struct {
	before, after string
	mu            sync.Mutex
	sent          []string
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	credential := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	e.mu.Lock()
	e.sent = append(e.sent, credential)
	e.mu.Unlock()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = conn.Write([]byte(e.before + credential + e.after))
	_ = conn.Close()
}

// shownBy fails the test if err shows a part of what was sent.
func (e *echo) shownBy(t *testing.T, err error) {
	t.Helper()
	mintError, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error = %v, want an *Error", err)
	}
	shown := strings.ToLower(fmt.Sprintf("%v %+v %q %#v", err, err, err, err) + mintError.Reason + mintError.Remedy)
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.sent) == 0 {
		t.Error("nothing was sent")
	}
	for _, part := range strings.Split(strings.Join(e.sent, "."), ".") {
		if strings.Contains(shown, strings.ToLower(part)) {
			t.Fatalf("the error holds a part of the credential: %s", shown)
		}
	}
}

// A token that is no header's value never leaves, nor does its error hold it.
func TestTokenThatIsNoHeader(t *testing.T) {
	w := newWorld(t)
	_, err := w.client.Probe(t.Context(), canary+"\nX-Injected: 1")
	wantError(t, err, Temporary, "invalid header field value", "check the network")
	if strings.Contains(err.Error(), canary[8:]) {
		t.Errorf("the error holds the token: %v", err)
	}
	w.requested(t, 0)
}
