package mint

import (
	"context"
	"crypto"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// AppInfo is what GitHub says of an App.
type AppInfo struct {
	ID          int64
	ClientID    string
	Slug        string
	Owner       string // the account that registered it
	URL         string // its page, where it can be installed
	Permissions map[string]string
}

// InstallationInfo is what GitHub says of an installation. Its permissions are
// those granted, which may be fewer than the App asks for.
type InstallationInfo struct {
	ID                  int64
	Account             string // the login of the organization or user
	Suspended           bool   // no token is to be had until an owner ends it
	RepositorySelection string // "all" or "selected"
	Permissions         map[string]string
}

// App asks for the App itself, which works with any of its keys. It tries again
// and corrects for the clock as Mint does. Errors are of type *Error.
// (docs.github.com, "Get the authenticated app")
func (c *Client) App(ctx context.Context, issuer string, signer crypto.Signer) (AppInfo, error) {
	app := caller{c, issuer, signer}
	return retry(ctx, c, func() (AppInfo, error) { return app.info(ctx) })
}

// Installations asks for all installations of the App, as App asks.
// (docs.github.com, "List installations for the authenticated app")
func (c *Client) Installations(ctx context.Context, issuer string, signer crypto.Signer) ([]InstallationInfo, error) {
	app := caller{c, issuer, signer}
	var all []InstallationInfo
	for number := 1; number <= maxPages; number++ {
		p, err := retry(ctx, c, func() (page, error) { return app.page(ctx, number) })
		if err != nil {
			return nil, err
		}
		all = append(all, p.installations...)
		if !p.more {
			return all, nil
		}
	}
	return nil, fault(Denied, remedyChoose, "App %s has more than %d installations", issuer, len(all))
}

// InstallationByID asks for one of the App's installations, as App asks.
// (docs.github.com, "Get an installation for the authenticated app")
func (c *Client) InstallationByID(ctx context.Context, issuer string, signer crypto.Signer, id int64) (InstallationInfo, error) {
	app, inst := caller{c, issuer, signer}, Installation{Issuer: issuer, ID: id}
	info, err := retry(ctx, c, func() (InstallationInfo, error) {
		return app.installation(ctx, fmt.Sprintf("/app/installations/%d", id), inst)
	})
	return info, app.explain(ctx, inst, err)
}

// nameForm is OWNER or OWNER/REPO; no part of it means anything in a path.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*)?$`)

// FindInstallation asks for the App's installation on the account or the
// repository of that name, OWNER or OWNER/REPO, as App asks. An error says where
// else the App is installed. (docs.github.com, "Get a user installation for the
// authenticated app", and the same for an organization and for a repository.
// GitHub.com finds organizations among the users, which it does not document.)
func (c *Client) FindInstallation(ctx context.Context, issuer string, signer crypto.Signer, name string) (InstallationInfo, error) {
	app := caller{c, issuer, signer}
	if !nameForm.MatchString(name) {
		return InstallationInfo{}, fault(Denied, "name an account, OWNER, or a repository, OWNER/REPO", "%s is no name of an installation", quote(name))
	}
	paths := []string{"/users/" + name + "/installation", "/orgs/" + name + "/installation"}
	if strings.Contains(name, "/") {
		paths = []string{"/repos/" + name + "/installation"}
	}
	for _, path := range paths {
		info, err := retry(ctx, c, func() (InstallationInfo, error) { return app.installation(ctx, path, Installation{}) })
		switch statusOf(err) {
		case http.StatusNotFound:
			continue
		case http.StatusMovedPermanently:
			return info, fault(Denied, "give it by its present name", "%s has another name at GitHub now", name)
		}
		return info, err
	}
	return InstallationInfo{}, app.elsewhere(ctx, fault(Denied, remedyInstall, "App %s is not installed on %s", issuer, name))
}

// OnlyInstallation asks for the App's one installation, as App asks. Of several
// none is taken: an error lists them.
func (c *Client) OnlyInstallation(ctx context.Context, issuer string, signer crypto.Signer) (InstallationInfo, error) {
	app := caller{c, issuer, signer}
	p, err := retry(ctx, c, func() (page, error) { return app.page(ctx, 1) })
	switch {
	case err != nil:
		return InstallationInfo{}, err
	case len(p.installations) == 1 && !p.more:
		return p.installations[0], nil
	case len(p.installations) == 0:
		return InstallationInfo{}, fault(Denied, "install it at "+app.installAt(ctx), "App %s is not installed anywhere", issuer)
	}
	return InstallationInfo{}, fault(Denied, remedyChoose, "App %s has several installations: %s", issuer, p)
}

const (
	remedyChoose  = "say which: by installation_id, or by installation with OWNER or OWNER/REPO"
	remedyInstall = "check the name; an owner of the account has to install the App there, and to give it the repository"
)
