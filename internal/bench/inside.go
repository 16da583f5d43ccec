package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	_ "embed" // for the script
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/golang-jwt/jwt/v5"
)

//go:embed refresh.sh
var script []byte

const (
	appID, installationID = 123456, 987654

	// maxApps is how many installations GitHub has, for the peer that would mint
	// but once for one. All of our apps share the first.
	maxApps = 1000

	program = "ghauth-provision"
)

// specOf gives a spec with so many apps, which are all one at GitHub.
func specOf(apps int) []byte {
	var b bytes.Buffer
	b.WriteString("github { host = \"github.localhost\" }\ngh { enabled = false }\n")
	for i := range apps {
		fmt.Fprintf(&b, "app %q {\n  app_id = %d\n  installation_id = %d\n  private_key = \"~/takopi.pem\"\n}\n", appName(i), appID, installationID)
	}
	return b.Bytes()
}

func appName(i int) string { return fmt.Sprintf("app%d", i) }

// A bench is the host on which things are measured.
type bench struct {
	ctx  context.Context
	home string
	url  string
	key  *rsa.PrivateKey
	door *door
}

func inside(ctx context.Context, runs int) error {
	b := &bench{ctx: ctx, home: os.Getenv("HOME")}
	stop, err := b.prepare()
	if err != nil {
		return err
	}
	defer stop()
	if _, err := b.time(program, "apply"); err != nil {
		return err
	}
	rows := b.things()
	if err := b.measure(rows, runs); err != nil {
		return err
	}
	printTable(os.Stdout, rows, runs)
	return nil
}

// prepare starts the stand-in, and writes the spec, the key and the script.
func (b *bench) prepare() (stop func(), err error) {
	key, pem := githubtest.Key(0)
	server := githubtest.New()
	server.AddApp(githubtest.App{ID: appID, ClientID: "Iv23liBENCH", Slug: "bench", Name: "Bench", Keys: []*rsa.PublicKey{&key.PublicKey}})
	for i := range maxApps {
		server.AddInstallation(githubtest.Installation{ID: installationID + int64(i), AppID: appID, Owner: "octo-org", Permissions: map[string]string{"metadata": "read"}})
	}
	b.door = &door{next: server}
	if stop, err = b.door.open("127.0.0.1:80"); err != nil {
		return nil, err
	}
	b.url = "http://api.github.localhost"
	b.key = key
	for name, data := range map[string][]byte{"takopi.pem": pem, "ghauth.hcl": specOf(1), "refresh.sh": script} {
		if err == nil {
			err = os.WriteFile(filepath.Join(b.home, name), data, 0o600)
		}
	}
	return stop, err
}

// jwt makes a JWT of the App, good for nine minutes.
func (b *bench) jwt() string {
	now := time.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": fmt.Sprint(appID), "iat": now.Add(-time.Minute).Unix(), "exp": now.Add(9 * time.Minute).Unix(),
	}).SignedString(b.key)
	if err != nil {
		panic(err) // the key was made for this
	}
	return signed
}

func (b *bench) command(argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(b.ctx, argv[0], argv[1:]...)
	cmd.Dir = b.home
	cmd.Env = append(os.Environ(), "API_URL="+b.url, fmt.Sprintf("APP_ID=%d", appID), fmt.Sprintf("INSTALLATION_ID=%d", installationID),
		"KEY="+b.home+"/takopi.pem", "OUT="+b.home+"/by-script.env")
	cmd.Stdin = bytes.NewReader(nil)
	return cmd
}
