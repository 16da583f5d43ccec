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
