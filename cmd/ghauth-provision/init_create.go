package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
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
	org     string
	wish    map[string]string // permissions
	app     mint.Registered   // once it is

	keyWritten, specWritten bool
}

func (w *world) createApp(ctx context.Context, c *cli.Context, d *draft) error {
	cr, s, err := w.newCreation(c, d)
	if err != nil {
		return err
	}
	machine, err := os.Hostname()
	if err != nil {
		return err
	}
	name := d.name + "-" + machine
	wish := manifestflow.Wish{Host: s.GitHub.Host, Site: githubhost.URL(s.GitHub.Host), Org: cr.org, Name: name[:min(len(name), maxAppName)], Permissions: cr.wish,
		KeyFile: w.tilde(cr.keyFile), Machine: machine}
	flow, err := manifestflow.Listen(c.Int("port"), wish, manifestflow.Steps{Register: cr.register, Installed: cr.installed, Remedy: remedyOf, Warn: func(text string) { w.say("the page: %s", text) }})
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
func (w *world) newCreation(c *cli.Context, d *draft) (*creation, *spec.Spec, error) {
	if err := noIdentity(c, "--create-app makes a new App"); err != nil {
		return nil, nil, err
	}
	cr := &creation{draft: d, org: c.String("org"), wish: agentPermissions()}
	given, err := permissionsOf(c)
	if err != nil {
		return nil, nil, err
	}
	if len(given) > 0 {
		cr.wish = given
	}
	if err := d.takeFlags(c); err != nil {
		return nil, nil, err
	}
	if cr.org != "" {
		d.values["app"]["installation"] = spec.Quote(cr.org)
	}
	s, full, _, err := d.parse()
	if err != nil {
		return nil, nil, err
	}
	if cr.keyFile = s.Apps[0].PrivateKey; c.String("private-key") == "" {
		cr.keyFile = units.AppFile(s.Paths.ConfigDir, "github-app", 0, "", ".pem")
		d.values["app"]["private_key"] = spec.Quote(w.tilde(cr.keyFile))
	}
	if exists(cr.keyFile) {
		return nil, nil, usage(w.tilde(cr.keyFile)+" is there already, and may be the only copy of a key", "name another place: --private-key FILE")
	}
	for _, file := range []string{cr.keyFile, full} {
		if err := writable(file); err != nil {
			return nil, nil, err
		}
	}
	cr.client, err = mint.NewClient(s.GitHub.APIURL, s.GitHub.CAFile, versionString(), w.now)
	return cr, s, err
}

// writable looks whether a file that is not there can be made.
func writable(file string) error {
	dir := filepath.Dir(file)
	for !exists(dir) {
		dir = filepath.Dir(dir)
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return &failure{exitNoWrite, fmt.Sprintf("%s cannot be written: %s: %v", file, dir, err), "name another file, or mend its directory"}
	}
	return nil
}

// register takes the App and its key from GitHub, and writes both down at once: GitHub
// gives the key this one time.
func (cr *creation) register(ctx context.Context, code string) (manifestflow.App, error) {
	var err error
	if cr.app, err = cr.client.Register(ctx, mint.Secret(code)); err != nil {
		return manifestflow.App{}, err
	}
	if err := cr.writeKey(); err != nil {
		return manifestflow.App{}, err
	}
	cr.keyWritten = true
	cr.print("Registered the App %s (id %d), whose key is in %s.", cr.app.Slug, cr.app.ID, cr.tilde(cr.keyFile))
	// Its owner alone can install it.
	cr.values["app"]["app_id"] = strconv.FormatInt(cr.app.ID, 10)
	cr.values["app"]["installation"] = spec.Quote(cmp.Or(cr.app.Owner, cr.org))
	if err := cr.write(); err != nil {
		return manifestflow.App{}, err
	}
	cr.specWritten = true
	cr.say("now install it: %s", cr.installURL())
	return manifestflow.App{Name: cr.app.Slug, InstallURL: cr.installURL()}, nil
}

func (cr *creation) installURL() string {
	if cr.app.URL == "" {
		return ""
	}
	return cr.app.URL + "/installations/new"
}

func (cr *creation) writeKey() error {
	if err := makeDirs(filepath.Dir(cr.keyFile)); err != nil {
		return err
	}
	return writeNamed(cr.tilde(cr.keyFile), cr.keyFile, []byte(cr.app.PEM.Reveal()), 0o600)
}

// makeDirs makes dir and those above it that are missing, for their owner alone.
func makeDirs(dir string) error {
	if exists(dir) {
		return nil
	}
	if err := makeDirs(filepath.Dir(dir)); err != nil {
		return err
	}
	return atomicfile.Mkdir(dir, 0o700)
}

// installed waits until the App is installed. An App that GitHub has just made may not
// be known everywhere there: that is told once, and passes.
func (cr *creation) installed(ctx context.Context) (account string, err error) {
	tick := time.NewTicker(installPoll)
	defer tick.Stop()
	told := false
	for {
		found, err := cr.client.Installations(ctx, strconv.FormatInt(cr.app.ID, 10), cr.app.Key)
		if err == nil && len(found) > 0 {
			if lacks := found[0].Lacks(cr.wish); lacks != "" {
				cr.say("it was installed with less than was asked for: not granted: %s", lacks)
			}
			cr.print("Installed on %s.", found[0].Account)
			return found[0].Account, nil
		}
		if err != nil && ctx.Err() == nil && !told {
			cr.say("while waiting for the installation: %v", err)
			told = true
		}
		select {
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// end tells where things stand, and what comes next.
func (cr *creation) end(ctx context.Context, err error, stopped bool) error {
	fill := fmt.Sprintf("%s init --app-id %d --installation %s --private-key %s FILE", program, cr.app.ID, cmp.Or(cr.app.Owner, "OWNER"), shellWord(cr.tilde(cr.keyFile)))
	switch {
	case err == nil:
		return cr.offerPlan(ctx)
	case stopped && cr.app.ID == 0:
		return errors.Join(notCanceled(err), &failure{exitFailed, "nothing was written", "an App that you have registered all the same has to be deleted at GitHub"})
	case stopped && cr.specWritten:
		return errors.Join(notCanceled(err), &failure{statusOf(err), "the App is registered, and not installed yet", "install it, " + cr.installURL() + ", and then run: " + cr.command("plan")})
	case cr.keyWritten:
		return errors.Join(err, &failure{statusOf(err), fmt.Sprintf("the App is registered, and its key is in %s", cr.tilde(cr.keyFile)), "when that is mended, run: " + fill})
	case cr.app.ID != 0:
		return errors.Join(err, &failure{statusOf(err), fmt.Sprintf("the App %s is registered, and its key is lost", cr.app.Slug),
			"delete it at GitHub and start again; or generate a private key on its settings page, put it there, and run: " + fill})
	}
	return err
}

// notCanceled leaves out that it was the user who ended it.
func notCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
