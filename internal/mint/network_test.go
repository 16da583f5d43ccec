package mint

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// blackHole makes addr one that no connection to gets an answer from: the kernel
// drops what a full backlog has no room for (listen(2)). An addr without a port
// gets one.
func blackHole(t *testing.T, addr netip.AddrPort) netip.AddrPort {
	t.Helper()
	family, at := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: int(addr.Port())})
	if addr.Addr().Is6() {
		family, at = unix.AF_INET6, &unix.SockaddrInet6{Addr: addr.Addr().As16(), Port: int(addr.Port())}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := errors.Join(unix.Bind(fd, at), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	if bound, err := unix.Getsockname(fd); err != nil {
		t.Fatal(err)
	} else if v4, ok := bound.(*unix.SockaddrInet4); ok {
		addr = netip.AddrPortFrom(addr.Addr(), uint16(v4.Port))
	}
	for range 10 {
		conn, err := net.DialTimeout("tcp", addr.String(), 200*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatalf("%s takes connections that nobody accepts", addr)
	return addr
}

// silent is a listener that accepts connections and never says a word.
func silent(t *testing.T) net.Addr {
	t.Helper()
	return accept(t, func(conn net.Conn) { t.Cleanup(func() { conn.Close() }) })
}

// accept is a listener that has serve take each connection, one after another.
func accept(t *testing.T, serve func(net.Conn)) net.Addr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
		}
	}()
	return l.Addr()
}

// Neither a connection nor TLS that does not come about outlasts ctx.
//
// Fault: slow-answer
func TestContextEndsConnecting(t *testing.T) {
	for name, url := range map[string]string{
		"connect": "http://" + blackHole(t, netip.MustParseAddrPort("127.0.0.1:0")).String(),
		"TLS":     "https://" + silent(t).String(),
	} {
		w := newWorld(t)
		w.client = w.newClient(t, url, "")
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := w.client.Mint(ctx, octo, bits(t, 2048))
		wantError(t, err, Temporary, context.DeadlineExceeded.Error(), "check the network")
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v, want about 200 ms", name, took)
		}
	}
}

// An answer that ends before its time is asked for again.
//
// Fault: cut-answer
func TestCutBody(t *testing.T) {
	w := newWorld(t)
	w.Fail(2, "", func(rw http.ResponseWriter, _ *http.Request) {
		body := answer(canary, inTime(time.Hour))
		rw.Header().Set("Content-Type", asJSON)
		rw.Header().Set("Content-Length", "1000")
		rw.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(rw, body)
	})
	if got := w.mustMint(t); got.Value == canary {
		t.Error("a token of an answer that was cut off")
	}
	w.requested(t, 3)
}

// Fault: no-route
func TestNamesThatAreNotFound(t *testing.T) {
	resolve(t, func(uint16) []byte { return nil })
	w := newWorld(t)
	w.client = w.newClient(t, "https://github.example", "")
	_, err := w.mint(t)
	wantError(t, err, Temporary, "lookup github.example", "check the network")
	if len(w.slept) != maxTries-1 {
		t.Errorf("slept %d times, want %d", len(w.slept), maxTries-1)
	}
}

// IPv6 that leads nowhere costs a moment: the IPv4 address is tried beside it
// (RFC 8305).
//
// Fault: no-route
func TestIPv6BlackHole(t *testing.T) {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Log("without IPv6 there is nothing to lead nowhere: ", err)
		return
	}
	l.Close()
	w := newWorld(t)
	v4 := netip.MustParseAddrPort(strings.TrimPrefix(w.url, "http://"))
	v6 := netip.AddrPortFrom(netip.IPv6Loopback(), v4.Port())
	blackHole(t, v6)
	resolve(t, func(kind uint16) []byte {
		if kind == typeAAAA {
			return v6.Addr().AsSlice()
		}
		return v4.Addr().AsSlice()
	})
	w.client = w.newClient(t, "http://github.example:"+w.url[strings.LastIndex(w.url, ":")+1:], "")
	start := time.Now()
	w.mustMint(t)
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("took %v, want less than a second", took)
	}
}

const typeAAAA = 28 // RFC 3596

// resolve has names looked up in a DNS that gives each one the address that
// addressOf has for the type of a question, or says that there is none.
func resolve(t *testing.T, addressOf func(kind uint16) []byte) {
	t.Helper()
	saved := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = saved })
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer ours.Close()
			_ = serveName(ours, addressOf)
		}()
		return theirs, nil
	}}
}

// serveName answers one question in the form that has its length before it
// (RFC 1035, sections 4.1 and 4.2.2).
func serveName(conn net.Conn, addressOf func(kind uint16) []byte) error {
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return err
	}
	asked := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, asked); err != nil {
		return err
	}
	const header = 12
	end := header // of the question: its name's labels, a type and a class
	for asked[end] != 0 {
		end += 1 + int(asked[end])
	}
	end += 1 + 4
	reply := append([]byte{}, asked[:2]...)
	address := addressOf(binary.BigEndian.Uint16(asked[end-4:]))
	if address == nil {
		reply = append(reply, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0) // no such name
		reply = append(reply, asked[header:end]...)
	} else {
		reply = append(reply, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0)
		reply = append(reply, asked[header:end]...)
		reply = append(reply, 0xc0, header)          // that name
		reply = append(reply, asked[end-4:end]...)   // that type and class
		reply = append(reply, 0, 0, 0, 60)           // for a minute
		reply = append(reply, 0, byte(len(address))) // so long
		reply = append(reply, address...)
	}
	_, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	return err
}
