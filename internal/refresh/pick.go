package refresh

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
)

// askTime bounds how long GitHub is asked which of several apps has a repository.
const askTime = 10 * time.Second

// ForRepository gives the app that is installed on an account and reaches its
// repository, and whether there is one: of several the first whose installation
// goes by the repository's name, else that is narrowed to it, else that has it, as
// GitHub says, else the first. GitHub is asked whose an app's token is only where
// none fits of those whose owners are known, so that a failing app holds back no
// other; errors are of such apps, where one of them might have been it.
func (r *Refresher) ForRepository(ctx context.Context, apps []App, owner, name string) (App, bool, error) {
	apps = slices.DeleteFunc(slices.Clone(apps), func(a App) bool { return a.Repositories != nil && !a.narrowedTo(name) })
	var fit, unknown []App
	for _, app := range apps {
		switch owners := app.owners(r); {
		case hasFold(owners, owner):
			fit = append(fit, app)
		case len(owners) == 0:
			unknown = append(unknown, app)
		}
	}
	var errs []error
	if len(fit) == 0 {
		for _, app := range unknown {
			learnt, err := r.learnOwner(ctx, app)
			switch {
			case err != nil:
				errs = append(errs, fmt.Errorf("%s: %w", app.Name, err))
			case strings.EqualFold(learnt, owner):
				fit = append(fit, app)
			}
		}
	}
	if len(fit) == 0 {
		return App{}, false, errors.Join(errs...)
	}
	return r.closest(ctx, fit, owner, name), true, nil
}

// closest gives the one of apps, all of the same account, that is for a repository.
func (r *Refresher) closest(ctx context.Context, apps []App, owner, name string) App {
	repository := owner + "/" + name
	for _, is := range []func(App) bool{
		func(a App) bool { return strings.EqualFold(a.Installation, repository) },
		func(a App) bool { return a.narrowedTo(name) },
	} {
		if at := slices.IndexFunc(apps, is); at >= 0 {
			return apps[at]
		}
	}
	if !slices.ContainsFunc(apps, func(a App) bool { return a.InstallationID != apps[0].InstallationID }) {
		return apps[0] // GitHub knows no difference
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	at := slices.IndexFunc(apps, func(a App) bool { return r.has(ctx, a, repository) })
	return apps[max(at, 0)]
}

// has asks GitHub whether an app's installation has a repository, by the keys in
// turn, as a mint uses them. Where GitHub does not tell, it has not.
func (r *Refresher) has(ctx context.Context, app App, repository string) bool {
	client, err := r.client(app)
	if err != nil {
		return false
	}
	for _, source := range []keysource.Source{app.NextKey, app.Key} {
		if source.IsZero() {
			continue
		}
		key, err := signer.Open(ctx, source, r.Env)
		if err != nil {
			continue
		}
		found, err := client.FindInstallation(ctx, app.Issuer, key, repository)
		if !errors.Is(err, mint.ErrUnknownKey) && !mint.IsUnsigned(err) {
			return err == nil && found.ID == app.InstallationID
		}
	}
	return false
}

// narrowedTo reports whether the app's tokens are for a few repositories, and this
// is one of them.
func (a App) narrowedTo(name string) bool { return hasFold(a.Repositories, name) }

// owners are the names of the account that the app is known to be installed on: by
// its stored token, dead or alive, and by its installation's name, which may be an
// older one of the same account.
func (a App) owners(r *Refresher) (owners []string) {
	if token, state, _ := a.Stored(r.Now()); token.Owner != "" && slices.Contains([]State{Fresh, Due, Expired}, state) {
		owners = append(owners, token.Owner)
	}
	if owner, _, _ := strings.Cut(a.Installation, "/"); owner != "" {
		owners = append(owners, owner)
	}
	return owners
}

// learnOwner asks GitHub whose repositories the app's token is for, "" where it has
// none. Where there is no token it is minted.
func (r *Refresher) learnOwner(ctx context.Context, app App) (string, error) {
	res := r.Live(ctx, app)
	if res.Token.Value == "" || res.Token.Owner != "" {
		return res.Token.Owner, res.Err
	}
	return r.Probe(ctx, app, res.Token.Token)
}

func hasFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
