package broker

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func kindOf(t *testing.T, err error) mint.Kind {
	t.Helper()
	e, ok := errors.AsType[*mint.Error](err)
	if !ok || e.Remedy == "" {
		t.Fatalf("got %#v, want a *mint.Error with a remedy", err)
	}
	return e.Kind
}

func TestNoBroker(t *testing.T) {
	_, err := Ask(t.Context(), filepath.Join(t.TempDir(), "s"), Request{App: "takopi"})
	if kindOf(t, err) != mint.BadSetup {
		t.Errorf("a missing socket: %v", err)
	}
}

func TestABrokerThatIsNoBroker(t *testing.T) {
	for name, says := range map[string]struct {
		text string
		kind mint.Kind
	}{
		"nothing":         {"", mint.Temporary},
		"no JSON":         {"hello\n", mint.BadSetup},
		"another version": {`{"version":2}` + "\n", mint.BadSetup},
		"no token":        {`{"version":1}` + "\n", mint.BadSetup},
		"half a line":     {`{"version":1`, mint.Temporary},
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := Listen(filepath.Join(t.TempDir(), "s"))
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			go func() {
				if conn, err := ln.Accept(); err == nil {
					_, _ = readLine(conn)
					_, _ = conn.Write([]byte(says.text))
					conn.Close()
				}
			}()
			_, err = Ask(t.Context(), ln.Addr().String(), Request{App: "takopi"})
			if kindOf(t, err) != says.kind {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestABrokerThatHangs(t *testing.T) {
	ln, err := Listen(filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := ln.Accept()
		if err == nil {
			defer conn.Close()
		}
		cancel()
		<-t.Context().Done()
	}()
	if _, err := Ask(ctx, ln.Addr().String(), Request{App: "takopi"}); kindOf(t, err) != mint.Temporary {
		t.Errorf("got %v", err)
	}
}

// A broker that stops hangs up unread, and is asked again, a few times.
func TestABrokerThatStops(t *testing.T) {
	for hangups, wantErr := range map[int]bool{0: false, 1: false, askTries - 1: false, askTries: true} {
		ln, err := Listen(filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan int, 1)
		go func() {
			n := 0
			for ; ; n++ {
				conn, err := ln.Accept()
				if err != nil {
					break
				}
				if n >= hangups {
					_, _ = readLine(conn)
					_, _ = conn.Write([]byte(`{"version":1,"token":"ghs_x","created_at":"2026-05-04T03:02:01Z","expires_at":"2026-05-04T04:02:01Z","key":"SHA256:x"}` + "\n"))
				} else {
					_, _ = conn.Read(make([]byte, 1)) // and leaves the rest
				}
				conn.Close()
			}
			asked <- n
		}()
		_, err = Ask(t.Context(), ln.Addr().String(), Request{App: "takopi"})
		ln.Close()
		if (err != nil) != wantErr {
			t.Errorf("hung up on %d times: %v", hangups, err)
		}
		if got, want := <-asked, min(hangups+1, askTries); got != want {
			t.Errorf("hung up on %d times: asked %d times, want %d", hangups, got, want)
		}
	}
}
