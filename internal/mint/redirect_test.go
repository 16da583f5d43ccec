package mint

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// A redirect would take the JWT or token along, and GitHub has none to give.
//
// Fault: redirect
func TestRedirectRefused(t *testing.T) {
	var strangers atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{other.URL, "https" + strings.TrimPrefix(other.URL, "http"), "/app"} {
			w := newWorld(t)
			w.Fail(-1, "", func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Location", to)
				rw.WriteHeader(status)
			})
			_, err := w.mint(t)
			wantError(t, err, Denied, "a redirect, which is refused", "check host and api_url")
			_, err = w.client.Probe(t.Context(), canary)
			wantError(t, err, Denied, "a redirect, which is refused", "check host and api_url")
			for _, do := range lookUps {
				_, err := do(t.Context(), w.client, clientID)
				wantError(t, err, Denied, "", "")
			}
			w.requested(t, 2+len(lookUps))
		}
	}
	if got := strangers.Load(); got != 0 {
		t.Errorf("another host was asked %d times", got)
	}
}
