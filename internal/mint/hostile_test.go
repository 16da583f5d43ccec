package mint

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// allocated is how many bytes f allocates, on all goroutines.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// flood writes a block until it has written a GiB or its client has gone.
func flood(w http.ResponseWriter, block []byte, times int) {
	w.Header().Set("Content-Type", asJSON)
	w.WriteHeader(http.StatusCreated)
	for range times {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// Fault: flood
func TestFloods(t *testing.T) {
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(blanks)
	_ = z.Close()
	for name, fault := range map[string]http.HandlerFunc{
		"GiB": func(w http.ResponseWriter, _ *http.Request) { flood(w, blanks, 1<<10) },
		// Members of gzip's form (RFC 1952) may follow one another.
		"bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			flood(w, packed.Bytes(), 1<<10)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(-1, "", fault)
			used := allocated(func() {
				_, err := w.mint(t)
				wantError(t, err, Temporary, "is larger than 102400 bytes", "captive portal")
			})
			w.requested(t, maxTries)
			if most := uint64(16 << 20); used > most {
				t.Errorf("allocated %d bytes, want at most %d", used, most)
			}
		})
	}
}

func TestLargeRefusal(t *testing.T) {
	w := newWorld(t)
	w.Fail(-1, "", reply(403, asJSON, `{"message":"Forbidden"`+strings.Repeat(" ", maxBody)+`}`))
	_, err := w.mint(t)
	wantError(t, err, Denied, "403 (no message)", "settings")
}

func TestLargeHeader(t *testing.T) {
	w := newWorld(t)
	w.Fail(-1, "", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Flood", strings.Repeat("x", 1<<20))
	})
	_, err := w.mint(t)
	wantError(t, err, Temporary, "GitHub cannot be reached", "check the network")
}

// drip sends an answer that never ends, byte by byte.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", asJSON)
	w.WriteHeader(http.StatusCreated)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = w.Write([]byte(" "))
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// Whatever GitHub does or leaves, ctx ends it.
//
// Fault: slow-answer
func TestContextEndsCalls(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{"hang": githubtest.Hang, "drip": drip} {
		w := newWorld(t)
		w.client.sleep = sleep
		w.Fail(-1, "", fault)
		key, _ := githubtest.Key(0)
		for call, do := range map[string]func(context.Context) error{
			"mint":  func(ctx context.Context) error { _, err := w.client.Mint(ctx, octo, key); return err },
			"probe": func(ctx context.Context) error { _, err := w.client.Probe(ctx, canary); return err },
		} {
			t.Run(name+" "+call, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				start := time.Now()
				err := do(ctx)
				wantError(t, err, Temporary, context.DeadlineExceeded.Error(), "check the network")
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error = %v, want %v in its chain", err, context.DeadlineExceeded)
				}
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("took %v, want about 100 ms", took)
				}
			})
		}
	}
}

// Fault: github-down
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.client = w.newClient(t, refused, "")
	_, err = w.mint(t)
	wantError(t, err, Temporary, "GitHub cannot be reached: ", "check the network, the proxy and api_url")
	if len(w.slept) != maxTries-1 {
		t.Errorf("slept %d times, want %d", len(w.slept), maxTries-1)
	}
}

func TestCutConnection(t *testing.T) {
	w := newWorld(t)
	w.Fail(2, "", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	w.mustMint(t)
	w.requested(t, 3)
}

func TestBadURL(t *testing.T) {
	w := newWorld(t)
	w.client = w.newClient(t, "http://[", "")
	_, err := w.mint(t)
	wantError(t, err, BadSetup, "the API's URL is not valid", "check api_url")
	if len(w.slept) > 0 {
		t.Errorf("slept %v for what will not pass", w.slept)
	}
}
