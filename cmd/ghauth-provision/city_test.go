package main_test

import (
	"crypto/rsa"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
	"github.com/rogpeppe/go-internal/testscript"
)

// A city is the stand-in for GitHub of one story.
type city struct {
	server *githubtest.Server
	stop   func()
	vault  *testvault.Server

	secrets []string // that open it, or that were echoed
	keys    []string // in PEM
}

type cityKey struct{}

func newCity() *city { return &city{server: githubtest.New(), stop: func() {}} }

func cityOf(ts *testscript.TestScript) *city { return ts.Value(cityKey{}).(*city) }

// githubCommand rules the stand-in:
//
//	github up                       serve at 127.0.0.1:80, for github.localhost
//	github tls CA NAME...           serve at 127.0.0.1:443, and write the authority to CA
//	github down                     stop
//	github app ID INSTALLATION PEM  register an app, and write its key to PEM;
//	                                its client id is Iv23li and its ID, or what follows PEM
//	github installed INSTALLATION ID OWNER OWNER/REPO...   on another account
//	github uninstall INSTALLATION
//	github git DIR                  serve the repositories DIR/OWNER/REPO.git
//	github rekey ID PEM             the app has a new key, written to PEM, and no other
//	github keys ID PEM...           the app has the keys in these files, and no others
//	github life 10s                 how long new tokens live
//	github format stateless         the shape of new tokens
//	github refuse N MATCH STATUS MESSAGE [HEADER VALUE]...   instead of N answers
//	github hang, flood, echo N MATCH, and answer N MATCH STATUS TYPE FILE: lie_test.go
//	github forgive                  forget refusals, requests and violations
//	github suspend INSTALLATION, and unsuspend
//	github revoke                   all tokens
//	github minted N                 so many tokens have been minted so far
//	github lived                    each was, before the one before it was dead
//	github requests N               so many requests have come so far
//	github revoked N                so many of them have been revoked
//	github pleased                  all that came and went fits GitHub's description
func githubCommand(ts *testscript.TestScript, _ bool, args []string) {
	c := cityOf(ts)
	number := func(i int) int64 {
		n, err := strconv.ParseInt(args[i], 10, 64)
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "up":
		_, stop, err := c.server.Listen("127.0.0.1:80")
		ts.Check(err)
		c.stop = stop
		ts.Defer(func() { c.stop() })
	case "tls":
		ca, stop, err := c.server.ListenTLS("127.0.0.1:443", args[2:]...)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), ca, 0o644))
		ts.Defer(stop)
	case "down":
		c.stop()
		c.stop = func() {}
	case "app":
		client := "Iv23li" + args[1]
		if len(args) > 4 {
			client = args[4]
		}
		c.register(ts, number(1), number(2), ts.MkAbs(args[3]), client)
	case "installed":
		c.install(githubtest.Installation{ID: number(1), AppID: number(2), Owner: args[3], Repositories: args[4:]})
	case "uninstall":
		c.server.RemoveInstallation(number(1))
	case "git":
		ts.Check(c.server.ServeGit(ts.MkAbs(args[1])))
	case "rekey":
		c.server.SetKeys(number(1), c.newKey(ts, ts.MkAbs(args[2])))
	case "keys":
		var keys []*rsa.PublicKey
		for _, file := range args[2:] {
			key, err := mint.LoadKeyFile(ts.MkAbs(file))
			ts.Check(err)
			keys = append(keys, &key.PublicKey)
		}
		c.server.SetKeys(number(1), keys...)
	case "life":
		life, err := time.ParseDuration(args[1])
		ts.Check(err)
		c.server.Change(func() { c.server.TokenLife = life })
	case "format":
		c.server.Change(func() { c.server.TokenFormat = githubtest.Stateless })
	case "refuse":
		c.server.Fail(int(number(1)), args[2], githubtest.Refuse(int(number(3)), args[4], args[5:]...))
	case "hang":
		c.server.Fail(int(number(1)), args[2], githubtest.Hang)
	case "flood":
		c.server.Fail(int(number(1)), args[2], flood)
	case "echo":
		c.server.Fail(int(number(1)), args[2], c.echo)
	case "answer":
		c.server.Fail(int(number(1)), args[2], answer(int(number(3)), args[4], ts.ReadFile(args[5])))
	case "forgive":
		c.server.Reset()
	case "revoke":
		for _, t := range c.server.Minted() {
			c.server.Revoke(t.Value)
		}
	case "suspend", "unsuspend":
		c.server.SetSuspended(number(1), args[0] == "suspend")
	case "minted":
		if got := len(c.server.Minted()); got != int(number(1)) {
			ts.Fatalf("%d tokens were minted, want %s", got, args[1])
		}
	case "lived":
		c.lived(ts)
	case "revoked":
		got := 0
		for _, t := range c.server.Minted() {
			if t.Revoked {
				got++
			}
		}
		if got != int(number(1)) {
			ts.Fatalf("%d tokens were revoked, want %s", got, args[1])
		}
	case "requests":
		if got := len(c.server.Requests()); got != int(number(1)) {
			ts.Fatalf("%d requests, want %s: %v", got, args[1], c.server.Requests())
		}
	case "pleased":
		if v := c.server.Violations(); len(v) > 0 {
			ts.Fatalf("violations of GitHub's description:\n%s", strings.Join(v, "\n"))
		}
	default:
		ts.Fatalf("github %s?", args[0])
	}
}

// lived fails unless there has always been a living token since the first, whose lives
// are all of the length that they have now.
func (c *city) lived(ts *testscript.TestScript) {
	var life time.Duration
	c.server.Change(func() { life = c.server.TokenLife })
	all := c.server.Minted()
	dies := all[0].ExpiresAt
	for _, t := range all[1:] {
		if late := t.ExpiresAt.Add(-life).Sub(dies); late >= 0 {
			ts.Fatalf("a token was minted %s after the one before had died", late)
		}
		dies = t.ExpiresAt
	}
	if !time.Now().Before(dies) {
		ts.Fatalf("the newest token died at %s", dies)
	}
}

func (c *city) register(ts *testscript.TestScript, app, installation int64, file, client string) {
	c.know(app, installation, client, c.newKey(ts, file))
}

func (c *city) know(app, installation int64, client string, key *rsa.PublicKey) {
	c.server.AddApp(githubtest.App{ID: app, ClientID: client, Slug: "app-" + strconv.FormatInt(app, 10),
		Name: "App", Keys: []*rsa.PublicKey{key}})
	c.install(githubtest.Installation{ID: installation, AppID: app, Owner: "octo-org", Repositories: []string{"octo-org/hello"}})
}

func (c *city) install(i githubtest.Installation) {
	i.Permissions = map[string]string{"metadata": "read", "contents": "write"}
	c.server.AddInstallation(i)
}

// newKey writes a key that was not used before to file.
func (c *city) newKey(ts *testscript.TestScript, file string) *rsa.PublicKey {
	key, pem := githubtest.Key(len(c.keys))
	c.keys = append(c.keys, string(pem))
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o700))
	ts.Check(os.WriteFile(file, pem, 0o600))
	return &key.PublicKey
}

// mustNotHold fails when text holds a secret.
func (c *city) mustNotHold(ts *testscript.TestScript, where, text string) {
	if secret := c.secretIn(text); secret != "" {
		ts.Fatalf("%s holds %s", where, secret)
	}
}

// secretIn says what text holds, if that is half of a token that was minted, a line of
// a key, what opens Vault, or what was echoed.
func (c *city) secretIn(text string) string {
	for _, t := range c.server.Minted() {
		if strings.Contains(text, t.Value[len(t.Value)/2:]) {
			return "a token: " + t.Value[:8] + "…"
		}
	}
	for _, secret := range c.secrets {
		if strings.Contains(text, secret) {
			return "what opens Vault, or GitHub was sent"
		}
	}
	for _, secret := range slices.Concat(c.keys, c.server.Secrets()) {
		// A line of a key, or one that is all of the secret.
		if lines := strings.Split(secret, "\n"); strings.Contains(text, lines[min(3, len(lines)-1)]) {
			return "a key, or what came with one"
		}
	}
	return ""
}
