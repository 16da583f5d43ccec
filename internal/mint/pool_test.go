package mint

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// A thousand Apps share the connections of one client, and no more are made
// than may be open at once: with TLS each costs a handshake.
func TestConnections(t *testing.T) {
	for _, tt := range []struct {
		name         string
		http2        bool
		apps, atOnce int
	}{
		{"as many at once", false, 30 * maxConns, maxConns},
		{"more at once", false, 9 * maxConns, 3 * maxConns},
		{"HTTP/2", true, 200, 25},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var made, mints atomic.Int32
			good := reply(201, asJSON, answer(canary, inTime(time.Hour)))
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if tt.http2 == (r.ProtoMajor == 2) {
					mints.Add(1)
				}
				rw.Header().Set("Date", now.Format(http.TimeFormat))
				good(rw, r)
			}))
			server.EnableHTTP2 = tt.http2
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					made.Add(1)
				}
			}
			server.StartTLS()
			t.Cleanup(server.Close)
			ca := filepath.Join(t.TempDir(), "ca.pem")
			write(t, ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o644)

			client := new(world).newClient(t, server.URL, ca)
			key, _ := githubtest.Key(0)
			var wg sync.WaitGroup
			for range tt.atOnce {
				wg.Go(func() {
					for range tt.apps / tt.atOnce {
						app := client.WithWarn(func(text string) { t.Error(text) })
						if _, err := app.Mint(t.Context(), octo, key); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			// On a busy machine net/http gives up a connection whose request it takes
			// more than 50 ms to know as written.
			if n := made.Load(); mints.Load() != int32(tt.apps) || n > 2*maxConns {
				t.Errorf("%d connections for %d mints, want %d, or a few more, for %d", n, mints.Load(), maxConns, tt.apps)
			}
		})
	}
}
