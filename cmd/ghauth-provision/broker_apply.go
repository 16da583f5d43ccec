package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// errRoot is why root sets up nothing but a broker.
var errRoot = &failure{exitUsage, "this sets up the home of the user who runs it, and that is root",
	"run it as the user whose agents need GitHub, without sudo; root sets up a broker, with a spec whose broker block names its clients"}

// forSystem reports whether it is root who asks, for this system rather than for the
// tree of an image.
func (w *world) forSystem(c *cli.Context) bool { return w.uid == 0 && !c.IsSet("root") }

// prepareBroker is prepare for the broker of this system.
func (w *world) prepareBroker(ctx context.Context, c *cli.Context) (j *job, end func(), err error) {
	s, path, err := w.loadSpec(c)
	if is[*noSpecError](err) || err == nil && len(s.Broker.Clients) == 0 {
		err = errRoot
	}
	if err != nil {
		return nil, nil, err
	}
	j = &job{spec: units.AsBroker(s), specPath: path, system: true}
	if err = checkBrokerKeys(j.spec); err == nil {
		err = w.locate(ctx, j.spec)
	}
	if err == nil {
		err = j.wantBroker()
	}
	if err == nil {
		err = w.settleBy(c, &j.desired)
	}
	if err != nil {
		return nil, nil, err
	}
	return j, w.reachSystem(ctx, j), nil
}

// wantBroker has the job's spec be what is desired.
func (j *job) wantBroker() error {
	uids, err := clientUIDs(j.spec)
	if err != nil {
		return err
	}
	if j.executable, err = os.Executable(); err != nil {
		return fmt.Errorf("the running binary cannot be found: %w", err)
	}
	if j.desired, err = units.Broker(j.spec, j.executable, uids); err != nil {
		return err
	}
	if _, locked := refresh.LockedDown(units.BrokerDir); locked {
		for i := range j.desired.Units {
			j.desired.Units[i].Start = false
		}
	}
	return nil
}

// recallBroker is recall for the broker, whose policy has the ids.
func recallBroker(s *spec.Spec, config broker.Config) {
	for i := range s.Apps {
		at := slices.IndexFunc(config.Apps, func(a broker.App) bool { return a.Name == s.Apps[i].Name })
		if s.Apps[i].InstallationID == 0 && at >= 0 {
			s.Apps[i].InstallationID = config.Apps[at].InstallationID
		}
	}
}

// clientUIDs looks up who the clients are.
func clientUIDs(s *spec.Spec) (map[string]uint32, error) {
	uids := map[string]uint32{}
	for _, c := range s.Broker.Clients {
		u, err := user.Lookup(c.User)
		if err != nil {
			return nil, &failure{exitBadSetup, fmt.Sprintf("the broker's client %s is no user of this system", c.User), "create the user first, or correct the spec"}
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		uids[c.User] = uint32(uid)
	}
	return uids, nil
}

// checkBrokerKeys looks at the keys that are to be encrypted. One that has been, by an
// earlier apply, may be gone.
func checkBrokerKeys(s *spec.Spec) error {
	var errs []error
	for _, app := range s.Apps {
		if app.PrivateKey == "" || !app.NextSigner.IsZero() {
			errs = append(errs, &failure{exitBadInput, "app " + app.Name + ": a broker's keys come out of files",
				"set private_key, and next_key to go over to another one; a key in Vault, or a command, is for the users' own specs"})
			continue
		}
		for _, key := range units.SealedKeys(app) {
			_, err := mint.ReadKeyFile(key.Source)
			if !errors.Is(err, fs.ErrNotExist) || !exists(units.Credential(key.Name)) {
				errs = append(errs, ofApp(refresh.App{Name: app.Name}, err))
			}
		}
	}
	return errors.Join(errs...)
}

// reachSystem connects the job to the system's manager, until end is called.
func (w *world) reachSystem(ctx context.Context, j *job) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	defer time.AfterFunc(connectTimeout, cancel).Stop()
	manager, err := systemd.System(ctx)
	if j.host.UnitsErr = err; err == nil {
		j.host.Units = manager
	}
	j.host.LoginErr = errors.New("a broker needs no logind")
	j.host.Verify = func(ctx context.Context, units map[string][]byte) error {
		return w.verifyIn(ctx, "/run", units, "--system")
	}
	j.host.Seal = w.seal
	return cancel
}

// forgets tells what a plan that stops the broker means for an incident: it is not
// asked to revoke what it has handed out, as by a lockdown, and does not know of it later.
func forgets(p plan.Plan) (notes []string) {
	for _, a := range p.Actions {
		if (a.Op == plan.Stop || a.Op == plan.Restart) && (a.Target == units.BrokerService || a.Target == units.BrokerSocket) {
			return []string{"the broker stops, and forgets the tokens that it has handed out and still kept: each stays good for its hour, whatever the policy says by now, and a later lockdown of root's cannot revoke it; " +
				"to take one from a client at once, have that user run: " + program + " lockdown; or run, as root, before this: " + program + " lockdown, and then resume"}
		}
	}
	return nil
}

// brokerNotes tells what to do about the copies of keys that the broker has now.
func (w *world) brokerNotes(j *job, p plan.Plan) (notes []string) {
	for _, app := range j.spec.Apps {
		for _, key := range units.SealedKeys(app) {
			if p.Empty() && exists(key.Source) && exists(units.Credential(key.Name)) {
				notes = append(notes, fmt.Sprintf("the copy of app %s's %s at %s ", app.Name, key.Label, key.Source)+w.copyNote(key.Source, j.spec.Broker.Socket))
			}
		}
	}
	return notes
}

// copyNote says what becomes of a copy. One in a key directory is its user's to sign by,
// and that user's apply removes it.
func (w *world) copyNote(path, socket string) string {
	if exists(filepath.Join(filepath.Dir(path), plan.ManifestName)) {
		return fmt.Sprintf("is what its user signs by; it goes with the apply of that user's by which the spec has key { broker = %q } in place of it", socket)
	}
	return "is no longer needed by the broker; once it is kept elsewhere, remove it: " + w.shred([]string{path})
}

// brokerTime bounds the wait for the broker's first answer.
const brokerTime = 20 * time.Second

// tryBroker sees to it that the broker starts, which it does only with its keys, and
// answers. That it refuses root is an answer.
func (w *world) tryBroker(ctx context.Context, socket, app string) error {
	if since, locked := refresh.LockedDown(units.BrokerDir); locked {
		return &refresh.LockdownError{Since: since}
	}
	ctx, cancel := context.WithTimeout(ctx, brokerTime)
	defer cancel()
	_, err := broker.Ask(ctx, socket, broker.Request{App: app})
	if err == nil || errors.Is(err, &mint.Error{Kind: mint.Denied}) {
		return nil
	}
	return fmt.Errorf("the broker does not answer: %w", err)
}

// prepareDestroyBroker is prepareDestroy for what an apply of root's has made.
func (w *world) prepareDestroyBroker(ctx context.Context, c *cli.Context) (j *job, end func(), err error) {
	j = &job{system: true, desired: units.BrokerNothing()}
	switch top, err := plan.Unfinished("", j.desired.Manifest); {
	case err != nil:
		return nil, nil, err
	case top == "" && !exists(j.desired.Manifest):
		return nil, nil, errRoot
	}
	j.desired.Purge = c.Bool("purge-key")
	if err := w.settleBy(c, &j.desired); err != nil {
		return nil, nil, err
	}
	return j, w.reachSystem(ctx, j), nil
}
