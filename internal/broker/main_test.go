package broker

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// askingAs makes this program a client that runs as another user, and listeningAs a
// broker.
const (
	askingAs    = "BROKER_TEST_SOCKET"
	listeningAs = "BROKER_TEST_LISTEN"
)

func TestMain(m *testing.M) {
	if socket := os.Getenv(askingAs); socket != "" {
		_, err := Ask(context.Background(), socket, Request{App: "takopi"})
		fmt.Print(err)
		os.Exit(0)
	}
	if socket := os.Getenv(listeningAs); socket != "" {
		giveOut(socket)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// giveOut gives a token to the first who asks, whoever that is.
func giveOut(socket string) {
	ln, err := Listen(socket)
	if err == nil {
		err = os.Chmod(socket, 0o666)
	}
	fmt.Println(err)
	conn, err := ln.Accept()
	if err == nil {
		_, _ = readLine(conn)
		_, _ = conn.Write(answerOf(Token{mint.Token{Value: "ghs_theirs", ExpiresAt: epoch}, ""}, nil))
		conn.Close()
	}
}

var epoch = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// policy is one in which uid 1000 may ask a bit, and 1001 for all.
func policy() Config {
	return Config{Version: 1,
		Apps: []App{{Name: "takopi", Issuer: "Iv23", InstallationID: 42, APIURL: "https://api.github.com"}, {Name: "other", Issuer: "7", InstallationID: 43, APIURL: "https://api.github.com"}},
		Clients: []Client{
			{UID: 1000, PerMinute: 60, Grants: []Grant{{App: "takopi", Repositories: []string{"Site", "docs"}, Permissions: map[string]string{"contents": "write", "issues": "read"}}}},
			{UID: 1001, PerMinute: maxRate, Grants: []Grant{{App: "takopi"}}},
		}}
}

// A bench is a server at work, with a clock, a GitHub and peers of the test's making.
type bench struct {
	*Server
	socket string
	stop   func() error // and wait for the end

	mu      sync.Mutex
	at      time.Time
	asUID   uint32
	seen    int // connections
	asked   []mint.Installation
	records []audit.Record
}

func newBench() *bench {
	b := &bench{at: epoch, asUID: 1001}
	b.Server = &Server{Config: policy(), Now: b.now, Mint: b.mint, Audit: b.keep}
	b.peer = func(*net.UnixConn) (uint32, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.seen++
		return b.asUID, nil
	}
	b.limits = limits{ask: 30 * time.Second, mint: 30 * time.Second, answer: 30 * time.Second, idle: time.Hour}
	return b
}

func (b *bench) now() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.at }

func (b *bench) set(f func()) { b.mu.Lock(); defer b.mu.Unlock(); f() }

func (b *bench) mint(_ context.Context, _ App, scope mint.Installation) (Token, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, scope)
	return Token{mint.Token{Value: mint.Secret(fmt.Sprintf("ghs_secretsecretsecret%d", len(b.asked))), CreatedAt: b.at, ExpiresAt: b.at.Add(time.Hour)}, "SHA256:k"}, nil
}

func (b *bench) keep(r audit.Record) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records = append(b.records, r)
	return nil
}

func (b *bench) serve(t testing.TB) {
	t.Helper()
	b.socket = filepath.Join(t.TempDir(), "s")
	ln, err := Listen(b.socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	b.start() // before the test looks at what it makes
	go func() { done <- b.accept(ctx, ln) }()
	b.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = b.stop() })
}

// as asks as a user.
func (b *bench) as(t testing.TB, uid uint32, r Request) (Token, error) {
	t.Helper()
	b.set(func() { b.asUID = uid })
	return Ask(t.Context(), b.socket, r)
}
