package broker

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestASilentClientIsLetGo(t *testing.T) {
	b := newBench()
	b.limits.ask = 300 * time.Millisecond // long enough to say a part
	b.serve(t)
	if _, err := send(t, b, `{"version":1,`).Read(make([]byte, 1)); err == nil {
		t.Error("it was answered")
	}
}

func TestALineThatIsTooLong(t *testing.T) {
	b := newBench()
	b.serve(t)
	conn := send(t, b, strings.Repeat(" ", maxLine))
	conn.SetReadDeadline(time.Now().Add(10 * time.Second)) // less than it may take to ask
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d, %v", n, err)
	}
}

// A client that was told to stop is answered first.
func TestStop(t *testing.T) {
	b := newBench()
	b.serve(t)
	idle := send(t, b, "")
	asking, ended := make(chan struct{}), make(chan error, 1)
	b.Server.Mint = func(ctx context.Context, _ App, _ mint.Installation) (Token, error) {
		close(asking)
		<-ctx.Done()
		return Token{}, fault(mint.Temporary, "", "stopped")
	}
	go func() { _, err := Ask(t.Context(), b.socket, Request{App: "takopi"}); ended <- err }()
	<-asking
	if err := b.stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := <-ended; err == nil || err.Error() != "stopped" {
		t.Errorf("the one who waited got %v", err)
	}
	if _, err := idle.Read(make([]byte, 1)); err == nil {
		t.Error("the idle one is still connected")
	}
}

func TestItStopsWhenIdle(t *testing.T) {
	b := newBench()
	b.limits.idle = time.Millisecond
	ln, err := Listen(t.TempDir() + "/s")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Serve(t.Context(), ln); err != nil {
		t.Error(err)
	}
}

func TestItDoesNotStopWhileItIsAtWork(t *testing.T) {
	b := newBench()
	b.limits.idle = 200 * time.Millisecond
	b.Server.Mint = func(ctx context.Context, app App, s mint.Installation) (Token, error) {
		if _, err := net.Dial("unix", b.socket); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second) // several times as long as it may be idle
		if _, err := net.Dial("unix", b.socket); err != nil {
			t.Errorf("it no longer listens: %v", err)
		}
		return b.mint(ctx, app, s)
	}
	b.serve(t)
	if _, err := b.as(t, 1001, Request{App: "takopi"}); err != nil {
		t.Error(err)
	}
}
