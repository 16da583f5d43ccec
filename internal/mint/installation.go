package mint

import (
	"context"
	"crypto"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// AppInfo is what GitHub says of an App.
type AppInfo struct {
	ID          int64
	ClientID    string
	Slug        string
	Name        string
	Owner       string // the account that registered it
	URL         string // its page, where it can be installed
	Permissions map[string]string
}

// InstallationInfo is what GitHub says of an installation. Its permissions are
// those granted, which may be fewer than the App asks for.
type InstallationInfo struct {
	ID                  int64
	Account             string // the login of the organisation or user
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

// nameForm is OWNER or OWNER/REPO.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)?$`)

// FindInstallation asks for the App's installation on the account or the
// repository of that name, OWNER or OWNER/REPO, as App asks. An error says where
// else the App is installed. (docs.github.com, "Get a user installation for the
// authenticated app", which finds organisations as well, and "Get a repository
// installation for the authenticated app")
func (c *Client) FindInstallation(ctx context.Context, issuer string, signer crypto.Signer, name string) (InstallationInfo, error) {
	app := caller{c, issuer, signer}
	if !nameForm.MatchString(name) {
		return InstallationInfo{}, fault(Denied, "name an account, OWNER, or a repository, OWNER/REPO", "%s is no name of an installation", quote(name))
	}
	paths := []string{"/users/" + name + "/installation", "/orgs/" + name + "/installation"}
	if owner, repo, ok := strings.Cut(name, "/"); ok {
		paths = []string{"/repos/" + owner + "/" + url.PathEscape(repo) + "/installation"}
	}
	for _, path := range paths {
		info, err := retry(ctx, c, func() (InstallationInfo, error) { return app.installation(ctx, path, Installation{}) })
		if statusOf(err) != http.StatusNotFound {
			return info, err
		}
	}
	return InstallationInfo{}, app.notFound(ctx, name)
}

// OnlyInstallation asks for the App's one installation, as App asks. Of several
// none is taken: an error lists them.
func (c *Client) OnlyInstallation(ctx context.Context, issuer string, signer crypto.Signer) (InstallationInfo, error) {
	app := caller{c, issuer, signer}
	p, err := retry(ctx, c, func() (page, error) { return app.page(ctx, 1) })
	switch {
	case err != nil:
		return InstallationInfo{}, err
	case len(p.installations) == 1:
		return p.installations[0], nil
	case len(p.installations) == 0:
		return InstallationInfo{}, app.installedNowhere(ctx)
	}
	return InstallationInfo{}, fault(Denied, remedyChoose, "App %s has several installations: %s", issuer, p)
}

const remedyChoose = "say which: by installation_id, or by installation with OWNER or OWNER/REPO"

func (a caller) info(ctx context.Context) (AppInfo, error) {
	var answer struct {
		ID          int64             `json:"id"`
		ClientID    string            `json:"client_id"`
		Slug        string            `json:"slug"`
		Name        string            `json:"name"`
		Owner       account           `json:"owner"`
		URL         string            `json:"html_url"`
		Permissions map[string]string `json:"permissions"`
	}
	if _, err := a.get(ctx, get("/app"), Installation{}, &answer); err != nil {
		return AppInfo{}, err
	}
	return AppInfo{answer.ID, answer.ClientID, answer.Slug, answer.Name, answer.Owner.name(), answer.URL, plain(answer.Permissions)}, nil
}

func (a caller) installation(ctx context.Context, path string, inst Installation) (InstallationInfo, error) {
	var answer installation
	_, err := a.get(ctx, get(path), inst, &answer)
	return answer.info(), err
}

const (
	maxPages     = 100
	pageSize     = 100
	maxPageBytes = 2 << 20 // an installation has some 3,000
)

// A page is one of a list of installations.
type page struct {
	installations []InstallationInfo
	more          bool
}

func (a caller) page(ctx context.Context, number int) (page, error) {
	r := get(fmt.Sprintf("/app/installations?per_page=%d&page=%d", pageSize, number))
	r.most = maxPageBytes
	var answer []installation
	resp, err := a.get(ctx, r, Installation{}, &answer)
	if err != nil {
		return page{}, err
	}
	p := page{more: strings.Contains(resp.header.Get("Link"), `rel="next"`)}
	for _, i := range answer {
		p.installations = append(p.installations, i.info())
	}
	return p, nil
}

// get asks once for what answers 200, and decodes it into v.
func (a caller) get(ctx context.Context, r request, inst Installation, v any) (response, error) {
	resp, err := a.ask(ctx, r)
	switch {
	case err != nil:
		return resp, err
	case resp.status/100 != 2:
		return resp, refusal(resp, inst)
	}
	return resp, readJSON(resp, http.StatusOK, v)
}

// installation is GitHub's form of one.
type installation struct {
	ID          int64             `json:"id"`
	Account     account           `json:"account"`
	SuspendedAt *time.Time        `json:"suspended_at"`
	Selection   string            `json:"repository_selection"`
	Permissions map[string]string `json:"permissions"`
}

func (i installation) info() InstallationInfo {
	return InstallationInfo{i.ID, i.Account.name(), i.SuspendedAt != nil, i.Selection, plain(i.Permissions)}
}

// account is GitHub's form of one: an enterprise has a slug for a login.
type account struct {
	Login string `json:"login"`
	Slug  string `json:"slug"`
}

var loginForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// name gives the account's login, "" where it cannot be one, so that it may be
// shown and stored.
func (a account) name() string {
	for _, name := range []string{a.Login, a.Slug} {
		if loginForm.MatchString(name) {
			return name
		}
	}
	return ""
}
