package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

const (
	preflightTime     = 20 * time.Second // for all apps
	preflightParallel = 8
)

// preflight asks GitHub, before anything is changed, whether it would give every
// app its token, and refuses where it would not. That GitHub cannot be asked is no
// reason to change nothing: the mint at the end tells it. Apps of which nothing
// changes are not looked at, so that one's trouble does not keep the others.
func (w *world) preflight(ctx context.Context, j *job, p plan.Plan) error {
	if w.root != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, preflightTime)
	defer cancel()
	touched := map[string]bool{}
	for _, a := range p.Actions {
		touched[a.After.App] = true
	}
	checks := make([][]preflight.Check, len(j.spec.Apps))
	w.slow("asking GitHub whether it would give the tokens", func() {
		var wg sync.WaitGroup
		slots := make(chan struct{}, preflightParallel)
		for i, app := range j.spec.Apps {
			if !touched[app.Name] {
				continue
			}
			slots <- struct{}{}
			wg.Go(func() {
				checks[i] = w.lookAhead(ctx, j.spec, i, p)
				<-slots
			})
		}
		wg.Wait()
	})
	var errs []error
	for i, app := range j.spec.Apps {
		for _, c := range checks[i] {
			errs = append(errs, w.judge(app.Name, c))
		}
	}
	return errors.Join(errs...)
}

// judge makes an error of a check that has failed, and tells of one that was not
// made or that warns.
func (w *world) judge(app string, c preflight.Check) error {
	switch {
	case c.Result == preflight.OK:
		w.detail("%s: %s: %s", app, c.Name, c.Detail)
	case c.Result != preflight.Failed:
		w.say("%s: before the apply: %s: %s: %s", app, c.Name, c.Result, c.Detail)
	case c.Err != nil:
		return fmt.Errorf("%s: nothing was changed: %s: %w", app, c.Name, c.Err)
	default:
		return &failure{exitDenied, fmt.Sprintf("%s: nothing was changed: %s: %s", app, c.Name, c.Detail), c.Fix}
	}
	return nil
}

// lookAhead makes the checks for the i-th app with the key that it is to have.
func (w *world) lookAhead(ctx context.Context, s *spec.Spec, i int, p plan.Plan) []preflight.Check {
	app := s.Apps[i]
	if socket := app.Signer.Broker; socket != "" {
		return []preflight.Check{brokerCheck(ctx, socket, broker.Request{App: app.Name, Repositories: app.Repositories, Permissions: app.Permissions})}
	}
	client, err := mint.NewClient(s.GitHub.APIURL, s.GitHub.CAFile, versionString(), w.now)
	if err != nil {
		return []preflight.Check{{Name: "ca_file", Result: preflight.Failed, Err: err}}
	}
	var checks []preflight.Check
	for _, key := range w.comingKeys(ctx, s, i, p) {
		if key.err != nil {
			checks = []preflight.Check{preflight.Unopened(key.err)}
			continue
		}
		checks = preflight.Run(ctx, client, preflight.Subject{
			Issuer: cmp.Or(app.ClientID, strconv.FormatInt(app.AppID, 10)), ID: app.InstallationID,
			Repositories: app.Repositories, Permissions: app.Permissions, Key: key.Signer})
		if len(checks) < 2 || !useless(checks[1].Err) {
			break
		}
		checks = append(checks, w.taken(s, i, key)...)
	}
	return checks
}

// comingKeys gives the keys of the i-th app as the plan would leave them. One that it
// imports is still in its file.
func (w *world) comingKeys(ctx context.Context, s *spec.Spec, i int, p plan.Plan) []candidate {
	if k, ok := importOf(p, s.Apps[i]); ok {
		key, err := mint.ReadKey(k.From)
		return []candidate{{key, err}}
	}
	return w.candidates(ctx, s, i, w.coming)
}

// taken tells where GitHub does not know the key that Vault has, that it is not the one
// of the file that would be imported if its name were free.
func (w *world) taken(s *spec.Spec, i int, key candidate) (checks []preflight.Check) {
	for _, k := range w.imports(s) {
		data, err := mint.ReadKeyFile(k.From)
		has := mint.Fingerprint(key.Public())
		if k.App == s.Apps[i].Name && err == nil && fingerprintIn(data) != has {
			checks = append(checks, preflight.Check{Name: "import", Result: preflight.Failed,
				Detail: fmt.Sprintf("%s in %s is another key, %s, than %s in %s: the name is taken", k.Target, k.Store, has, fingerprintIn(data), k.From),
				Fix:    "name another key in the spec's vault block: apply imports the file's there"})
		}
	}
	return checks
}
