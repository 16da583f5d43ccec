package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// A candidate is a key that may be an app's, or why it cannot be used.
type candidate struct {
	crypto.Signer
	err error
}

// candidates gives the keys of the i-th app: of each that is a file what copies
// gives, as far as it is a key, and those that others keep.
func (w *world) candidates(ctx context.Context, s *spec.Spec, i int, copies func(units.Key) [][]byte) (keys []candidate) {
	for _, key := range units.KeysOf(s, i) {
		for _, data := range copies(key) {
			if parsed, err := mint.ParseKey(data); err == nil {
				keys = append(keys, candidate{parsed, nil})
			}
		}
	}
	for _, source := range signersOf(s.Apps[i]) {
		opened, err := signer.Open(ctx, source.Source, w.env)
		keys = append(keys, candidate{opened, err})
	}
	return keys
}

// leftCandidates gives the keys of an app that lie in files although others are to keep
// them: until these have them, they are what there is.
func (w *world) leftCandidates(app string, s *spec.Spec) (keys []candidate) {
	for _, left := range w.leftKeys(s) {
		if left.app == app {
			key, err := mint.ReadKey(left.path)
			keys = append(keys, candidate{key, err})
		}
	}
	return keys
}

// standing gives the copies of a key, that first which an earlier apply has
// imported. One of them there is: checkKeys has seen to it.
func (w *world) standing(key units.Key) [][]byte {
	managed, _ := w.managedKey(key)
	source, _ := mint.ReadKeyFile(key.Source)
	return [][]byte{managed, source}
}

// coming gives a key as an apply would leave it: the import where there is one,
// else what stands.
func (w *world) coming(key units.Key) [][]byte {
	data, err := mint.ReadKeyFile(key.Source)
	if err != nil {
		data, _ = w.managedKey(key)
	}
	return [][]byte{data}
}

// useless reports whether another key may do better.
func useless(err error) bool { return errors.Is(err, mint.ErrUnknownKey) || mint.IsUnsigned(err) }

// A namedSource is what an attribute of the spec has a key by.
type namedSource struct {
	attr string
	keysource.Source
}

// signersOf gives the keys of an app that are not imported.
func signersOf(app spec.App) (all []namedSource) {
	for _, s := range []namedSource{{"key", app.Signer}, {"next_key", app.NextSigner}} {
		if !s.IsZero() {
			all = append(all, s)
		}
	}
	return all
}

// findCommands works out where the commands are that the spec names without a
// path: the timer has another PATH. What is not found stays as it is, for
// checkSigners to tell.
func findCommands(s *spec.Spec) {
	for _, app := range s.Apps {
		for _, s := range signersOf(app) {
			if len(s.Command) == 0 || filepath.IsAbs(s.Command[0]) {
				continue
			}
			if path, err := exec.LookPath(s.Command[0]); err == nil && filepath.IsAbs(path) {
				s.Command[0] = path
			}
		}
	}
}

// checkSigners looks, as far as that takes no network and no program, whether what
// has an app's keys can be used.
func (w *world) checkSigners(app spec.App) error {
	var errs []error
	for _, s := range signersOf(app) {
		err := w.checkSigner(s)
		if err != nil {
			err = fmt.Errorf("app %s: %s: %w", app.Name, s.attr, err)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (w *world) checkSigner(s namedSource) error {
	if len(s.Command) > 0 {
		_, err := exec.LookPath(s.Command[0])
		if !filepath.IsAbs(s.Command[0]) || err != nil && w.root == "" {
			return &failure{exitBadSetup, "there is no program " + s.Command[0], "install it, or name it by its absolute path"}
		}
	}
	if w.root != "" {
		return nil // its files are the image's
	}
	_, err := signer.Public(s.Source)
	return err
}
