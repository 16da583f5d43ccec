package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	_ "embed" // for the spec
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

//go:embed ghauth.hcl.tmpl
var specTemplate string

const (
	appID          = 123456
	installationID = 987654
	tokenLife      = 24 * time.Second
)

// A show is one run of the demo.
type show struct {
	ctx    context.Context
	host   string // as gh knows the stand-in; empty: gh is left out
	addr   string // where the stand-in serves
	timer  bool   // a service manager runs
	uid    int    // whom to run the program as; 0: as this process
	env    []string
	home   string
	server *githubtest.Server
}

func (s *show) run() error {
	if s.env == nil {
		s.env = os.Environ()
	}
	for _, v := range s.env {
		if home, ok := strings.CutPrefix(v, "HOME="); ok {
			s.home = home
		}
	}
	stop, err := s.prepare()
	if err != nil {
		return err
	}
	defer stop()
	for _, act := range []func() error{s.apply, s.rotate, s.look, s.applyAgain, s.destroy} {
		if err := act(); err != nil {
			return err
		}
	}
	s.say("That was all of it. Nothing is left behind.")
	return nil
}

// prepare starts the stand-in, and writes a key and a spec.
func (s *show) prepare() (stop func(), err error) {
	key, pem := githubtest.Key(0)
	s.server = githubtest.New()
	// An hour is too long for a show.
	s.server.TokenLife = tokenLife
	s.server.AddApp(githubtest.App{ID: appID, ClientID: "Iv23liDEMO", Slug: "demo", Name: "Demo", Keys: []*rsa.PublicKey{&key.PublicKey}})
	s.server.AddInstallation(githubtest.Installation{ID: installationID, AppID: appID, Owner: "octo-org",
		Permissions: map[string]string{"metadata": "read", "contents": "write"}, Repositories: []string{"octo-org/hello"}})
	url, stop, err := s.server.Listen(s.addr)
	if err != nil {
		return nil, err
	}
	var spec bytes.Buffer
	data := map[string]any{"Host": s.host, "URL": url, "App": appID, "Installation": installationID}
	if err := template.Must(template.New("").Parse(specTemplate)).Execute(&spec, data); err != nil {
		return stop, err
	}
	for name, text := range map[string][]byte{"takopi.pem": pem, "ghauth.hcl": spec.Bytes(), "takopi.toml": []byte("bot_token = \"…\"   # Takopi's own\n")} {
		path := filepath.Join(s.home, name)
		if name == "takopi.toml" {
			path = filepath.Join(s.home, ".takopi", name)
		}
		if err := s.write(path, text); err != nil {
			return stop, err
		}
	}
	s.say("A stand-in for GitHub serves on loopback, its tokens live %s. The spec, ghauth.hcl:", tokenLife)
	for line := range strings.Lines(spec.String()) {
		fmt.Print("  ", line)
	}
	return stop, nil
}

func (s *show) write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o600); err != nil || s.uid == 0 {
		return err
	}
	return errors.Join(os.Chown(path, s.uid, s.uid), os.Chown(filepath.Dir(path), s.uid, s.uid))
}

func (s *show) say(format string, args ...any) {
	fmt.Printf("\n# "+format+"\n", args...)
}

// do runs a command as the user would, and shows what it prints.
func (s *show) do(want int, argv ...string) error {
	fmt.Printf("$ %s\n", strings.Join(argv, " "))
	var out bytes.Buffer
	cmd := s.command(argv...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	for line := range strings.Lines(out.String()) {
		fmt.Print("  ", line)
	}
	var exit *exec.ExitError
	status := 0
	if errors.As(err, &exit) {
		status, err = exit.ExitCode(), nil
	}
	if err == nil && status != want {
		err = fmt.Errorf("%s: status %d, want %d", argv[0], status, want)
	}
	return err
}

func (s *show) command(argv ...string) *exec.Cmd {
	path := argv[0]
	for _, v := range s.env {
		// The program is looked up where the user's PATH has it.
		if dirs, ok := strings.CutPrefix(v, "PATH="); ok {
			for _, dir := range filepath.SplitList(dirs) {
				if _, err := os.Stat(filepath.Join(dir, argv[0])); err == nil && path == argv[0] {
					path = filepath.Join(dir, argv[0])
				}
			}
		}
	}
	cmd := exec.CommandContext(s.ctx, path, argv[1:]...)
	cmd.Env, cmd.Dir = s.env, s.home
	if s.uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(s.uid), Gid: uint32(s.uid)}}
	}
	return cmd
}
