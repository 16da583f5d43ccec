package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// installation finds the App's installation: the one that a flag names, the only one, or
// that which is chosen. It tells what GitHub grants there.
func (i *interview) installation(app mint.AppInfo) error {
	s, _, _, err := i.parse()
	if err != nil {
		return err
	}
	var found mint.InstallationInfo
	switch values := i.values["app"]; {
	case values["installation_id"] != "":
		found, err = ask(i, func(ctx context.Context) (mint.InstallationInfo, error) {
			return i.client.InstallationByID(ctx, i.issuer, i.key, s.Apps[0].InstallationID)
		})
	case values["installation"] != "":
		found, err = ask(i, func(ctx context.Context) (mint.InstallationInfo, error) {
			return i.client.FindInstallation(ctx, i.issuer, i.key, s.Apps[0].Installation)
		})
	default:
		if found, err = i.choose(app); err == nil {
			values["installation_id"] = strconv.FormatInt(found.ID, 10)
		}
	}
	switch {
	case mint.IsTemporary(err):
		i.tell(err)
		return i.installationByHand()
	case err != nil:
		return err
	}
	i.say("the installation %s grants: %s; repositories: %s", found, granted(found.Permissions), found.RepositorySelection)
	if found.Suspended {
		i.say("it is suspended: no token is to be had until an owner unsuspends it")
	}
	return nil
}

// ask asks GitHub something.
func ask[T any](i *interview, what func(context.Context) (T, error)) (answer T, err error) {
	ctx, cancel := context.WithTimeout(i.ctx, checkTime)
	defer cancel()
	i.slow("asking GitHub for the installation", func() { answer, err = what(ctx) })
	return answer, err
}

// choose gives the only installation, or the one that is picked from all. Where there is
// none it waits until there is.
func (i *interview) choose(app mint.AppInfo) (mint.InstallationInfo, error) {
	for {
		all, err := ask(i, func(ctx context.Context) ([]mint.InstallationInfo, error) {
			return i.client.Installations(ctx, i.issuer, i.key)
		})
		switch {
		case err != nil:
			return mint.InstallationInfo{}, err
		case len(all) == 1:
			return all[0], nil
		case len(all) > 1:
			return i.pick(all)
		}
		at := "GitHub"
		if app.URL != "" {
			at = app.URL + "/installations/new"
		}
		if _, err := i.question("It is installed nowhere: install it at " + at + " and press Enter"); err != nil {
			return mint.InstallationInfo{}, err
		}
	}
}

// pick asks for one of several, by its place in the list, its account or its id.
func (i *interview) pick(all []mint.InstallationInfo) (mint.InstallationInfo, error) {
	for n, inst := range all {
		fmt.Fprintf(i.stderr, "  %d  %s\n", n+1, inst)
	}
	for {
		answer, err := i.question(fmt.Sprintf("Which installation? [1-%d]", len(all)))
		if err != nil {
			return mint.InstallationInfo{}, err
		}
		at := slices.IndexFunc(all, func(inst mint.InstallationInfo) bool { return strings.EqualFold(inst.Account, answer) })
		if n, err := strconv.Atoi(answer); err == nil && at < 0 {
			at = slices.IndexFunc(all, func(inst mint.InstallationInfo) bool { return inst.ID == int64(n) })
			if n <= len(all) { // few have an id that is so small
				at = n - 1
			}
		}
		if at >= 0 && at < len(all) {
			return all[at], nil
		}
		i.say("that is none of them: %q", answer)
	}
}
