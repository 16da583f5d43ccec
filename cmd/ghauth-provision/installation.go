package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
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
	for _, key := range append(w.candidates(ctx, s, i, w.standing), w.leftCandidates(app.Name, s)...) {
		if err = key.err; err != nil {
			continue
		}
		if found, err = client.FindInstallation(ctx, issuer, key, app.Installation); !useless(err) {
			break
		}
	}
	return found, err
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
