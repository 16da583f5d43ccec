package testboot

import (
	"errors"
	"io"
	"net"
	"testing"
)

// What listens in the machine's network is reached from there, and from nowhere else.
func TestInNetwork(t *testing.T) {
	m := Start(t)
	var l net.Listener
	if err := m.InNetwork(func() (err error) {
		l, err = net.Listen("tcp", "127.0.0.1:777")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err == nil {
			io.WriteString(c, "hello\n")
			c.Close()
		}
	}()
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		c.Close()
		t.Error("it is reached from here")
	}
	if status, got := sh(t, m, User, `exec bash -c "exec 3<>/dev/tcp/127.0.0.1/777; cat <&3"`); status != 0 || got != "hello\n" {
		t.Errorf("the machine's user got %q, status %d", got, status)
	}
	want := errors.New("no")
	if err := m.InNetwork(func() error { return want }); err != want {
		t.Errorf("got %v, want what do gives", err)
	}
	m.Stop()
	if err := m.InNetwork(func() error { t.Error("called"); return nil }); err != errGone {
		t.Errorf("of a machine that is gone: %v", err)
	}
}
