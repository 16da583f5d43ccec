package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/manifestflow"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"
)

// createFlags are those of --create-app, and the flag itself.
func createFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "create-app", Usage: "register the App in your browser, and take its key from GitHub"},
		&cli.StringFlag{Name: "org", Usage: "with --create-app: the organization `ORG` owns the App (default: whoever is signed in at GitHub)"},
		&cli.StringSliceFlag{Name: "permission", Usage: "with --create-app: the App may do `NAME=LEVEL`; may come several times\n\t(default: contents, issues and pull_requests write, metadata read)"},
		&cli.IntFlag{Name: "port", Usage: "with --create-app: open the page at `PORT` of 127.0.0.1 (default: one that is free)"},
	}
}

func onlyWithCreate(c *cli.Context) error {
	for _, flag := range []string{"org", "permission", "port"} {
		if c.IsSet(flag) {
			return usage("--"+flag+" goes with --create-app", "see "+program+" init --help")
		}
	}
	return nil
}

// noIdentity refuses flags that name an App, for what gets its App elsewhere.
func noIdentity(c *cli.Context, instead string) error {
	for _, r := range requirements {
		for _, flag := range []string{r.flag, r.insteadFlag} {
			if r.number && c.IsSet(flag) {
				return usage("--"+flag+" names an App that you have, and "+instead, "give one of them")
			}
		}
	}
	return nil
}

const (
	// createTime bounds it all: a code of GitHub's is good for an hour.
	createTime = time.Hour
	// installPoll is the time between two looks at whether the App is installed.
	installPoll = 2 * time.Second
	// maxAppName is how long GitHub lets an App's name be.
	maxAppName = 34
)

// agentPermissions are what agents need who read and write code, and open issues and
// pull requests.
func agentPermissions() map[string]string {
	return map[string]string{"contents": "write", "issues": "write", "pull_requests": "write", "metadata": "read"}
}

// A creation is an App on its way from GitHub to a spec.
type creation struct {
	*draft
	client  *mint.Client
	keyFile string // absolute
	dir     string // the key directory, where the key belongs unless a flag says otherwise
	wish    manifestflow.Wish
	app     mint.Registered // once it is

	keyWritten, specWritten bool
}

func (w *world) createApp(ctx context.Context, c *cli.Context, d *draft) error {
	cr, err := w.newCreation(c, d)
	if err != nil {
		return err
	}
	flow, err := manifestflow.Listen(c.Int("port"), cr.wish, manifestflow.Steps{Register: cr.register, Installed: cr.installed, Remedy: remedyOf,
		Warn: func(text string) { w.say("the page: %s", text) }})
	if err != nil {
		return &failure{exitFailed, "the page cannot be opened: " + err.Error(), "choose another port: --port PORT"}
	}
	w.lead(flow)
	late := &failure{exitTemporary, "nobody has come back from GitHub within the hour", "start again"}
	limited, cancel := context.WithTimeoutCause(ctx, createTime, late)
	defer cancel()
	err = flow.Run(limited)
	return cr.end(ctx, err, limited.Err() != nil)
}

// newCreation checks all that can be before GitHub is asked: what is registered there is
// to find its place here.
func (w *world) newCreation(c *cli.Context, d *draft) (*creation, error) {
	if err := cmp.Or(noIdentity(c, "--create-app makes a new App"), d.takeFlags(c)); err != nil {
		return nil, err
	}
	org := c.String("org")
	if strings.Contains(org, "/") {
		return nil, usage("--org "+org+" is not an organization's name alone", "for example: --org octo-org")
	}
	if org != "" {
		d.values["app"]["installation"] = spec.Quote(org)
	}
	permissions, err := permissionsOf(c)
	if err != nil {
		return nil, err
	}
	if len(permissions) == 0 {
		permissions = agentPermissions()
	}
	s, _, _, err := d.parse()
	if err != nil {
		return nil, err
	}
	cr := &creation{draft: d, keyFile: s.Apps[0].PrivateKey, dir: s.Paths.ConfigDir}
	if c.String("private-key") == "" {
		cr.keyFile = units.AppFile(s.Paths.ConfigDir, "github-app", 0, "", ".pem")
		d.values["app"]["private_key"] = spec.Quote(w.tilde(cr.keyFile))
	}
	if exists(cr.keyFile) {
		return nil, usage(w.tilde(cr.keyFile)+" is there already, and may be the only copy of a key", "name another place: --private-key FILE")
	}
	if err := writable(cr.keyFile); err != nil {
		return nil, err
	}
	machine, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	name := d.name + "-" + machine
	cr.wish = manifestflow.Wish{Host: s.GitHub.Host, Site: githubhost.URL(s.GitHub.Host), Org: org, Name: name[:min(len(name), maxAppName)],
		Permissions: permissions, KeyFile: w.tilde(cr.keyFile), Machine: machine}
	cr.client, err = mint.NewClient(s.GitHub.APIURL, s.GitHub.CAFile, versionString(), w.now)
	return cr, err
}

// writable looks whether a file that is not there can be made, with the directories that
// are missing.
func writable(file string) error {
	dir := filepath.Dir(file)
	for !exists(dir) {
		dir = filepath.Dir(dir)
	}
	return mayWrite(dir, file)
}

// mayWrite looks whether a file can be made in a directory.
func mayWrite(dir, file string) error {
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &failure{exitNoWrite, fmt.Sprintf("%s cannot be written: %s: %v", file, dir, err), "name another file, or mend its directory"}
	}
	return nil
}
