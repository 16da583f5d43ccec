package refresh

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// behind has a broker keep the site's key, and its first app ask it.
func (s *site) behind() (stop func()) {
	s.Helper()
	app := s.apps()[0]
	keys := s.TempDir()
	if err := os.Rename(s.path("github-app.pem"), filepath.Join(keys, app.Name)); err != nil {
		s.Fatal(err)
	}
	socket := filepath.Join(s.TempDir(), "s")
	s.write("github-app.env", strings.Replace(s.read("github-app.env"), "GITHUB_APP_PRIVATE_KEY_PATH='"+app.Key.File+"'",
		"GITHUB_APP_SIGNER='"+keysource.Source{Broker: socket}.Encode()+"'", 1))
	c := broker.Config{Version: 1,
		Apps:    []broker.App{{Name: app.Name, Issuer: strconv.Itoa(appID), InstallationID: firstInst, APIURL: app.APIURL}},
		Clients: []broker.Client{{UID: uint32(os.Getuid()), PerMinute: 5, Grants: []broker.Grant{{App: app.Name}}}}}
	m, err := broker.NewMinter(c, keys, "test", clock, func(string, string) {})
	if err != nil {
		s.Fatal(err)
	}
	ln, err := broker.Listen(socket)
	if err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	server := &broker.Server{Config: c, Mint: m.Mint, Now: clock, Audit: func(audit.Record) error { return nil }}
	go func() { done <- server.Serve(ctx, ln) }()
	stop = func() { cancel(); <-done }
	s.Cleanup(cancel)
	return stop
}

func TestTokensFromABroker(t *testing.T) {
	s := newSite(t, "takopi")
	stop := s.behind()
	key, _ := githubtest.Key(0)
	run := func(force bool) Result {
		t.Helper()
		return s.r.Run(t.Context(), s.apps(), force)[0]
	}
	first := run(false)
	if first.Err != nil || !first.Minted || first.Token.Key != mint.Fingerprint(&key.PublicKey) || first.Token.Owner != "octo-org" {
		t.Fatalf("got %+v, %v", first.Token, first.Err)
	}
	if err := os.Remove(s.path("github-token.env")); err != nil {
		t.Fatal(err)
	}
	if again := run(false); again.Err != nil || again.Token.Value != first.Token.Value {
		t.Errorf("got %v, %v; want what the broker has", again.Token.Value, again.Err)
	}
	if forced := run(true); forced.Err != nil || forced.Token.Value == first.Token.Value {
		t.Errorf("by force: got %v, %v; want a new token", forced.Token.Value, forced.Err)
	}
	stored := s.read("github-token.env")
	stop()
	gone := run(true)
	if !errors.Is(gone.Err, &mint.Error{Kind: mint.BadSetup}) {
		t.Errorf("without a broker: %v", gone.Err)
	}
	if s.read("github-token.env") != stored {
		t.Error("and the stored token is gone")
	}
}

// A broker keeps no token for long that has too little life for who asks.
func TestABrokerIsAskedForEnoughLife(t *testing.T) {
	s := newSite(t, "takopi")
	socket := filepath.Join(t.TempDir(), "s")
	ln, err := broker.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	asked := make(chan string, 1)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			asked <- err.Error()
			return
		}
		defer conn.Close()
		line := make([]byte, 4096)
		n, _ := conn.Read(line)
		asked <- string(line[:n])
	}()
	_, err = askBroker(t.Context(), s.apps()[0], keysource.Source{Broker: socket}, false)
	if err == nil {
		t.Error("no error")
	}
	if got := <-asked; !strings.Contains(got, `"app":"takopi","min_life_seconds":1800`) {
		t.Errorf("asked %s", got)
	}
}
