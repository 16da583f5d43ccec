package main

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// locate asks GitHub for the ids of the installations that go by a name.
func (w *world) locate(ctx context.Context, s *spec.Spec) error {
	ctx, cancel := context.WithTimeout(ctx, s.Refresh.Timeout)
	defer cancel()
	var errs []error
	for i := range s.Apps {
		app := &s.Apps[i]
		if app.Installation == "" {
			continue
		}
		var found mint.InstallationInfo
		var err error
		w.slow("asking GitHub for the installation "+app.Installation, func() { found, err = w.find(ctx, s, i) })
		if err != nil {
			errs = append(errs, fmt.Errorf("app %s: %w", app.Name, err))
			continue
		}
		w.detail("app %s: the installation %s is %d", app.Name, app.Installation, found.ID)
		app.InstallationID = found.ID
	}
	return errors.Join(errs...)
}

// find asks with one key of the i-th app after another, until GitHub knows one:
// the one that stands may be the one that is to be replaced.
func (w *world) find(ctx context.Context, s *spec.Spec, i int) (found mint.InstallationInfo, err error) {
	app := s.Apps[i]
	client, err := mint.NewClient(s.GitHub.APIURL, s.GitHub.CAFile, versionString(), w.now)
	if err != nil {
		return found, err
	}
	client = client.WithWarn(func(text string) { w.say("%s: %s", app.Name, text) })
	issuer := cmp.Or(app.ClientID, strconv.FormatInt(app.AppID, 10))
	for _, signer := range w.signers(s, i) {
		if found, err = client.FindInstallation(ctx, issuer, signer, app.Installation); !errors.Is(err, mint.ErrUnknownKey) {
			break
		}
	}
	return found, err
}

// signers gives the keys of the i-th app that can be read, those first that an
// earlier apply has imported. One of them there is: checkKeys has seen to it.
func (w *world) signers(s *spec.Spec, i int) (signers []crypto.Signer) {
	for _, key := range units.KeysOf(s, i) {
		managed, _ := w.managedKey(key)
		source, _ := mint.ReadKeyFile(key.Source)
		for _, data := range [][]byte{managed, source} {
			if signer, err := mint.ParseKey(data); err == nil {
				signers = append(signers, signer)
			}
		}
	}
	return signers
}

// recall gives the installations that go by a name the ids that an apply has
// found for them, without asking GitHub.
func recall(s *spec.Spec) error {
	applied, _ := refresh.Apps(s.Paths.ConfigDir)
	for i := range s.Apps {
		app := &s.Apps[i]
		if app.Installation == "" {
			continue
		}
		at := slices.IndexFunc(applied, func(a refresh.App) bool { return a.Name == app.Name && a.Installation == app.Installation })
		if at < 0 {
			return &failure{exitDiffers, fmt.Sprintf("app %s: its installation %s has not been applied yet", app.Name, app.Installation),
				"run: " + program + " apply"}
		}
		app.InstallationID = applied[at].InstallationID
	}
	return nil
}
