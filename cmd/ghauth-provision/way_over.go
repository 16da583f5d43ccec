package main

import (
	"context"
	"maps"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// A leftKey is the managed file of an app whose keys are no files any more.
type leftKey struct {
	app, path         string
	hash, fingerprint string
	sources           []namedSource // what has its keys now
}

// leftKeys gives those that are keys. What a command reads, nobody can tell: it may be
// this very file, so nothing is left where an app has one. Nor is it while the app has
// another file, by which tokens may come.
func (w *world) leftKeys(s *spec.Spec) (left []leftKey) {
	if w.root != "" {
		return nil // what signs there is not to be had from here
	}
	for i, app := range s.Apps {
		sources := signersOf(app)
		isCommand := func(s namedSource) bool { return len(s.Command) > 0 }
		if len(units.KeysOf(s, i)) > 0 || slices.ContainsFunc(sources, isCommand) {
			continue
		}
		for _, ext := range []string{".pem", ".next.pem"} {
			path := units.AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ext)
			if data, err := mint.ReadKeyFile(path); err == nil {
				left = append(left, leftKey{app.Name, path, plan.Hash(data), fingerprintIn(data), sources})
			}
		}
	}
	return left
}

// by gives the one of the sources that a token came by, if it is one of them.
func (k leftKey) by(token refresh.Stored) (source namedSource, proved bool) {
	at := slices.IndexFunc(k.sources, func(s namedSource) bool { return token.Signer == s.ID() })
	if at < 0 {
		return k.sources[0], false
	}
	return k.sources[at], true
}

// spentKeys gives the left keys that go: now where a token that lives has come from
// what has the same key, and else as soon as one has.
func (w *world) spentKeys(s *spec.Spec) map[string]plan.SpentKey {
	spent := map[string]plan.SpentKey{}
	for _, key := range w.leftKeys(s) {
		token := w.liveToken(s, key.app)
		source, proved := key.by(token)
		if !proved || token.Key == key.fingerprint {
			spent[key.path] = plan.SpentKey{Hash: key.hash, Has: source.String(), Proved: proved}
		}
	}
	return spent
}

// liveToken gives the stored token of an app, if that is one that works by its own
// account.
func (w *world) liveToken(s *spec.Spec, name string) refresh.Stored {
	apps, _ := refresh.Apps(s.Paths.ConfigDir)
	at := slices.IndexFunc(apps, func(a refresh.App) bool { return a.Name == name })
	if at < 0 {
		return refresh.Stored{}
	}
	token, state, _ := apps[at].Stored(w.now())
	if state != refresh.Fresh && state != refresh.Due {
		return refresh.Stored{}
	}
	return token
}

// unproved reports whether an app has left a key file behind and no token has come
// yet without it: one by the file, however fresh, proves nothing.
func (w *world) unproved(s *spec.Spec, app refresh.App) bool {
	return slices.ContainsFunc(w.leftKeys(s), func(k leftKey) bool {
		_, proved := k.by(w.liveToken(s, app.Name))
		return k.app == app.Name && !proved
	})
}

// leaveKeys removes the key files that the mints have shown to be spent, and says what
// to do about keys whose files have gone in this run. A saved plan says nothing of what
// a mint shows: the next apply sees to it.
func (w *world) leaveKeys(ctx context.Context, j *job) (err error) {
	before := j.desired.Spent
	if j.saved == nil {
		j.desired.Spent = w.spentKeys(j.spec)
		if slices.ContainsFunc(slices.Collect(maps.Values(j.desired.Spent)), func(k plan.SpentKey) bool { return k.Proved }) {
			err = w.carryOut(ctx, j)
		}
	}
	for path := range before {
		if !exists(path) {
			w.say("a key that has been in a file may have been read: %s", replaceKey)
			break
		}
	}
	return err
}
