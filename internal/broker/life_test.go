package broker

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestASilentClientIsLetGo(t *testing.T) {
	b := newBench()
	b.limits.ask = time.Millisecond
	b.serve(t)
	if _, err := send(t, b, `{"version":1,`).Read(make([]byte, 1)); err == nil {
		t.Error("it was answered")
	}
}

func TestALineThatIsTooLong(t *testing.T) {
	b := newBench()
	b.serve(t)
	conn := send(t, b, strings.Repeat(" ", maxLine))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
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
	b.limits.idle = 10 * time.Millisecond
	b.Server.Mint = func(ctx context.Context, app App, s mint.Installation) (Token, error) {
		if _, err := net.Dial("unix", b.socket); err != nil {
			t.Error(err)
		}
		time.Sleep(50 * time.Millisecond) // several times as long as it may be idle
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

// The kernel tells who asks: a process of another user is no client, whatever it says.
func TestPeer(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("to become another user needs root")
		}
		t.Skip("to become another user needs root")
	}
	b := newBench()
	b.peer = peer
	b.serve(t)
	for path := b.socket; path != "/tmp" && path != "/"; path = path[:strings.LastIndex(path, "/")] {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for uid, want := range map[uint32]string{1001: "<nil>", 1002: "uid 1002 is no client of this broker"} {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = []string{askingAs + "=" + b.socket}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		if out, err := cmd.Output(); err != nil || string(out) != want {
			t.Errorf("as uid %d: %q, %v; want %q", uid, out, err, want)
		}
	}
}
