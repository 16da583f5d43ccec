package broker

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestATokenIsHandedOutWithinThePolicy(t *testing.T) {
	b := newBench()
	b.serve(t)
	token, err := b.as(t, 1000, Request{App: "takopi"})
	if err != nil {
		t.Fatal(err)
	}
	want := Token{mint.Token{Value: "ghs_secretsecretsecret1", CreatedAt: epoch, ExpiresAt: epoch.Add(time.Hour)}, "SHA256:k"}
	if token != want {
		t.Errorf("token = %+v, want %+v", token, want)
	}
	bounds := mint.Installation{Issuer: "Iv23", ID: 42, Repositories: []string{"Site", "docs"}, Permissions: map[string]string{"contents": "write", "issues": "read"}}
	if len(b.asked) != 1 || !reflect.DeepEqual(b.asked[0], bounds) {
		t.Errorf("GitHub was asked for %#v, want %#v", b.asked, bounds)
	}
	rec := audit.Record{Time: epoch, Event: audit.Mint, App: "takopi", Issuer: "Iv23", Installation: 42, Client: "uid 1000",
		TokenSHA256: token.Value.SHA256(), ExpiresAt: token.ExpiresAt, Key: "SHA256:k"}
	if len(b.records) != 1 || b.records[0] != rec {
		t.Errorf("records = %+v, want %+v", b.records, rec)
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name string
		uid  uint32
		r    Request
		want string
	}{
		{"a stranger", 1002, Request{App: "takopi"}, "uid 1002 is no client of this broker"},
		{"root is one, too", 0, Request{App: "takopi"}, "uid 0 is no client of this broker"},
		{"another app", 1000, Request{App: "other"}, "uid 1000 may not ask for tokens of other"},
		{"an app that nobody knows", 1000, Request{App: "nobody"}, "uid 1000 may not ask for tokens of nobody"},
		{"another repository", 1000, Request{App: "takopi", Repositories: []string{"site", "secret"}}, "uid 1000 may not ask takopi for so much: access to secret"},
		{"a higher level", 1000, Request{App: "takopi", Permissions: map[string]string{"issues": "write"}}, "uid 1000 may not ask takopi for so much: issues: write"},
		{"another permission", 1000, Request{App: "takopi", Permissions: map[string]string{"contents": "read", "workflows": "write"}}, "uid 1000 may not ask takopi for so much: workflows: write"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench()
			b.serve(t)
			token, err := b.as(t, test.uid, test.r)
			e, ok := errors.AsType[*mint.Error](err)
			if !ok || e.Kind != mint.Denied || e.Reason != test.want || e.Remedy == "" || token != (Token{}) {
				t.Errorf("got %v, %#v; want %q, denied, with a remedy", token, err, test.want)
			}
			if len(b.asked) != 0 {
				t.Error("GitHub was asked")
			}
			if len(b.records) != 1 || b.records[0].Event != audit.Refusal || b.records[0].Client != client(test.uid) {
				t.Errorf("records = %+v, want one refusal", b.records)
			}
		})
	}
}

func TestLessThanThePolicyAllows(t *testing.T) {
	b := newBench()
	b.serve(t)
	_, err := b.as(t, 1000, Request{App: "takopi", Repositories: []string{"SITE"}, Permissions: map[string]string{"contents": "read"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.asked[0]; len(got.Repositories) != 1 || got.Permissions["contents"] != "read" || len(got.Permissions) != 1 {
		t.Errorf("GitHub was asked for %+v", got)
	}
}

func TestNoRecordNoToken(t *testing.T) {
	b := newBench()
	b.Audit = func(audit.Record) error { return errors.New("the disk is full") }
	b.serve(t)
	token, err := b.as(t, 1001, Request{App: "takopi"})
	if !mint.IsTemporary(err) || token.Value != "" {
		t.Errorf("got %v, %v; want no token", token, err)
	}
}

// The record is there before the answer is.
func TestTheRecordComesFirst(t *testing.T) {
	b := newBench()
	kept := make(chan struct{})
	b.Audit = func(audit.Record) error { <-kept; return nil }
	b.serve(t)
	conn := send(t, b, `{"version":1,"app":"takopi"}`+"\n")
	conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d, %v before the record was kept", n, err)
	}
	close(kept)
	conn.SetReadDeadline(time.Time{})
	if answer, _ := io.ReadAll(conn); !strings.Contains(string(answer), "ghs_") {
		t.Errorf("then came %q", answer)
	}
}

func send(t *testing.T, b *bench, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", b.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestErrorsKeepTheirKind(t *testing.T) {
	for kind := range kinds {
		b := newBench()
		b.Mint = func(context.Context, App, mint.Installation) (Token, error) {
			return Token{}, fault(kind, "do this", "GitHub says so")
		}
		b.serve(t)
		_, err := b.as(t, 1001, Request{App: "takopi"})
		if e, ok := errors.AsType[*mint.Error](err); !ok || e.Kind != kind || e.Reason != "GitHub says so" || e.Remedy != "do this" {
			t.Errorf("got %#v of kind %d", err, kind)
		}
	}
}

func TestOtherErrorsStayHere(t *testing.T) {
	b := newBench()
	b.Mint = func(context.Context, App, mint.Installation) (Token, error) {
		return Token{}, errors.New("/secret/path")
	}
	b.serve(t)
	if _, err := b.as(t, 1001, Request{App: "takopi"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestManyAtOnceMakeOneCall(t *testing.T) {
	const clients = 200
	b := newBench()
	all := make(chan struct{})
	b.Server.Mint = func(ctx context.Context, app App, s mint.Installation) (Token, error) {
		<-all
		return b.mint(ctx, app, s)
	}
	b.serve(t)
	tokens := make([]Token, clients)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			var err error
			if tokens[i], err = Ask(t.Context(), b.socket, Request{App: "takopi"}); err != nil {
				t.Error(err)
			}
		})
	}
	await(t, func() bool {
		b.conns.mu.Lock()
		defer b.conns.mu.Unlock()
		h := b.conns.all[1001]
		return h != nil && h.count == clients && len(h.idle) == 0
	})
	close(all)
	wg.Wait()
	if len(b.asked) != 1 {
		t.Errorf("%d calls to GitHub, want 1", len(b.asked))
	}
	for _, token := range tokens {
		if token != tokens[0] {
			t.Fatalf("several tokens: %v, %v", token, tokens[0])
		}
	}
	mints := 0
	for _, r := range b.records {
		if r.Event == audit.Mint {
			mints++
		}
	}
	if mints != 1 || len(b.records) != clients {
		t.Errorf("%d records, %d of a mint; want %d and 1", len(b.records), mints, clients)
	}
}

func await(t *testing.T, holds func() bool) {
	t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("it did not come to pass")
}
