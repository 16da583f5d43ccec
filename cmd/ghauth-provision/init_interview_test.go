package main

import (
	"bytes"
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

// TestInstalledMeanwhile: whoever installs the App between question and answer has it
// found.
func TestInstalledMeanwhile(t *testing.T) {
	key, pem := githubtest.Key(0)
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	g := githubtest.New()
	g.AddApp(githubtest.App{ID: 5, Slug: "agents", Keys: []*rsa.PublicKey{&key.PublicKey}})
	url, stop, err := g.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
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
