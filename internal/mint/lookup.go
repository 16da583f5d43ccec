package mint

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
)

// get asks once for what answers 200, and decodes it into v.
func (a caller) get(ctx context.Context, r request, inst Installation, v any) (response, error) {
	resp, err := a.ask(ctx, r)
	switch {
	case err != nil:
		return resp, err
	case resp.status/100 != 2:
		return resp, a.refusal(resp, inst)
	}
	return resp, readJSON(resp, http.StatusOK, v)
}

func (a caller) info(ctx context.Context) (AppInfo, error) {
	var answer integration
	if _, err := a.get(ctx, get("/app"), Installation{}, &answer); err != nil {
		return AppInfo{}, err
	}
	return answer.info()
}

// integration is GitHub's form of an App.
type integration struct {
	ID          int64             `json:"id"`
	ClientID    string            `json:"client_id"`
	Slug        string            `json:"slug"`
	Owner       account           `json:"owner"`
	URL         string            `json:"html_url"`
	Permissions map[string]string `json:"permissions"`
}

func (i integration) info() (AppInfo, error) {
	if i.ID <= 0 {
		return AppInfo{}, fault(Temporary, remedyPortal, "GitHub's answer holds no App")
	}
	return AppInfo{
		ID:          i.ID,
		ClientID:    formed(dottedForm, i.ClientID),
		Slug:        formed(loginForm, i.Slug),
		Owner:       i.Owner.name(),
		URL:         formed(urlForm, i.URL),
		Permissions: plain(i.Permissions),
	}, nil
}

func (a caller) installation(ctx context.Context, path string, inst Installation) (InstallationInfo, error) {
	var answer installation
	if _, err := a.get(ctx, get(path), inst, &answer); err != nil {
		return InstallationInfo{}, err
	}
	return answer.info()
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
	return readPage(resp.header, answer)
}

func readPage(h http.Header, answer []installation) (page, error) {
	if answer == nil {
		return page{}, fault(Temporary, remedyPortal, "GitHub's answer holds no list of installations")
	}
	p := page{more: strings.Contains(h.Get("Link"), `rel="next"`)}
	for _, i := range answer {
		info, err := i.info()
		if err != nil {
			return page{}, err
		}
		p.installations = append(p.installations, info)
	}
	return p, nil
}

// installation is GitHub's form of one.
type installation struct {
	ID          int64             `json:"id"`
	Account     account           `json:"account"`
	SuspendedAt *string           `json:"suspended_at"`
	Selection   string            `json:"repository_selection"`
	Permissions map[string]string `json:"permissions"`
}

func (i installation) info() (InstallationInfo, error) {
	if i.ID <= 0 {
		return InstallationInfo{}, fault(Temporary, remedyPortal, "GitHub's answer holds no installation")
	}
	return InstallationInfo{
		ID:                  i.ID,
		Account:             i.Account.name(),
		Suspended:           i.SuspendedAt != nil,
		RepositorySelection: formed(wordForm, i.Selection),
		Permissions:         plain(i.Permissions),
	}, nil
}

// account is GitHub's form of one: an enterprise has a slug for a login.
type account struct {
	Login string `json:"login"`
	Slug  string `json:"slug"`
}

// name gives the account's login, "" where it cannot be one.
func (a account) name() string { return formed(loginForm, cmp.Or(a.Login, a.Slug)) }
