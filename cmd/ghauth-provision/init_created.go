package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/manifestflow"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

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
	cr.values["app"]["installation"] = spec.Quote(cmp.Or(cr.app.Owner, cr.wish.Org))
	if err := cr.write(); err != nil {
		return manifestflow.App{}, err
	}
	cr.specWritten = true
	cr.say("now install it: %s", cr.installAt())
	return manifestflow.App{Name: cr.app.Slug, InstallURL: cr.installURL()}, nil
}

// installURL gives the page that installs the App, beside the one that GitHub says is the
// App's, if that is GitHub's.
func (cr *creation) installURL() string {
	if !strings.HasPrefix(cr.app.URL, cr.wish.Site+"/") {
		return ""
	}
	return cr.app.URL + "/installations/new"
}

// installAt says where that is.
func (cr *creation) installAt() string {
	return cmp.Or(cr.installURL(), "GitHub: Settings, Developer settings, GitHub Apps")
}

// writeKey writes the key down, and, where that is its place for good, that it is ours.
func (cr *creation) writeKey() error {
	dirs, err := makeDirs(filepath.Dir(cr.keyFile))
	if err != nil {
		return err
	}
	pem := []byte(cr.app.PEM.Reveal())
	if err := writeNamed(cr.tilde(cr.keyFile), cr.keyFile, pem, 0o600); err != nil {
		return err
	}
	manifest := filepath.Join(cr.dir, plan.ManifestName)
	if cr.keyFile != units.AppFile(cr.dir, "github-app", 0, "", ".pem") || exists(manifest) {
		return nil
	}
	if err := writeNamed(cr.tilde(manifest), manifest, plan.Created(cr.name, cr.keyFile, pem, dirs), 0o600); err != nil {
		cr.tell(err) // the key is there, and that is what counts
	}
	return nil
}

// makeDirs makes dir and those above it that are missing, for their owner alone, and
// gives those that it has made.
func makeDirs(dir string) (made []string, err error) {
	if exists(dir) {
		return nil, nil
	}
	if made, err = makeDirs(filepath.Dir(dir)); err != nil {
		return made, err
	}
	if err := atomicfile.Sweep(dir); err != nil {
		return made, err
	}
	return append(made, dir), atomicfile.Mkdir(dir, 0o700)
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
			if lacks := found[0].Lacks(cr.wish.Permissions); lacks != "" {
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
		return errors.Join(notCanceled(err), &failure{statusOf(err), "the App is registered, and not installed yet", "install it, " + cr.installAt() + ", and then run: " + cr.command("plan")})
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
