package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// readerFunc is an io.Reader.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// appAtGitHub gives a GitHub that has the App 5, its address, and the file of the App's key.
func appAtGitHub(t *testing.T) (g *githubtest.Server, url, file string) {
	key, pem := githubtest.Key(0)
	file = filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	g = githubtest.New()
	g.AddApp(githubtest.App{ID: 5, Slug: "agents", Keys: []*rsa.PublicKey{&key.PublicKey}})
	url, stop, err := g.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return g, url, file
}

// TestInterruptedQuestions: ^C ends the interview at whichever question, and is not taken
// for an end of the answers, with which a spec would be written.
func TestInterruptedQuestions(t *testing.T) {
	g, url, file := appAtGitHub(t)
	for i, owner := range []string{"octo-org", "mona"} {
		g.AddInstallation(githubtest.Installation{ID: int64(50 + i), AppID: 5, Owner: owner})
	}
	answers := []string{"5\n", file + "\n", "2\n"}
	for n, question := range []string{"App id", "The .pem file", "Which installation", ""} {
		ctx, interrupt := context.WithCancel(t.Context())
		typed := strings.Join(answers[:n], "")
		var told bytes.Buffer
		w := &world{env: []string{"HOME=/home/x"}, stderr: &told, now: time.Now, terminal: true}
		w.stdin = interruptible{ctx, readerFunc(func(p []byte) (int, error) {
			if typed == "" {
				interrupt()
				select {} // as a terminal where nobody types
			}
			p[0], typed = typed[0], typed[1:]
			return 1, nil
		})}
		d := &draft{world: w, path: "x.hcl", name: "a", values: spec.Values{"github": {"api_url": spec.Quote(url)}, "app": {}}}
		err := d.interview(ctx)
		interrupt()
		if question == "" {
			if err != nil || d.values["app"]["installation_id"] != "51" {
				t.Errorf("with all answers: %v, %v", err, d.values)
			}
			continue
		}
		asked := told.String()[max(0, strings.LastIndex(told.String(), question)):]
		if err == nil || !strings.HasPrefix(asked, question) || strings.Index(asked, "\n") != len(asked)-1 {
			t.Errorf("at %q: %v, asked last was %q", question, err, asked)
		}
	}
}

// TestInstalledMeanwhile: whoever installs the App between question and answer has it
// found.
func TestInstalledMeanwhile(t *testing.T) {
	g, url, file := appAtGitHub(t)
	var told bytes.Buffer
	w := &world{env: []string{"HOME=/home/x"}, stderr: &told, now: time.Now, terminal: true, stdin: readerFunc(func(p []byte) (int, error) {
		if strings.Contains(told.String(), "installed nowhere") {
			g.AddInstallation(githubtest.Installation{ID: 50, AppID: 5, Owner: "octo-org"})
			return copy(p, "\n"), nil
		}
		return 0, io.EOF
	})}
	d := &draft{world: w, path: "x.hcl", name: "a", values: spec.Values{"github": {"api_url": spec.Quote(url)},
		"app": {"app_id": "5", "private_key": spec.Quote(file)}}}
	if err := d.interview(t.Context()); err != nil || d.values["app"]["installation_id"] != "50" {
		t.Errorf("%v, the installation is %q\n%s", err, d.values["app"]["installation_id"], &told)
	}
}
