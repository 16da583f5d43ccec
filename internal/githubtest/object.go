package githubtest

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// site is where the pages for people are for whom the API has no name that tells:
// nothing follows these addresses.
const site = "https://github.com"

// site is the root of the pages of an App for this caller: beside the API's own host,
// api.HOST, or on the same one, as on an Enterprise Server.
func (c *call) site() string {
	if beside := strings.Replace(c.origin, "://api.", "://", 1); beside != c.origin {
		return beside
	}
	if c.api != c.origin {
		return c.origin
	}
	return site
}

// epoch is when all things here were made.
const epoch = "2026-01-02T03:04:05Z"

// RepositoryID is the id that the repository "owner/repo" has on every server
// of this package.
func RepositoryID(fullName string) int64 { return id("repository", strings.ToLower(fullName)) }

// id derives a lasting id from a name.
func id(kind, name string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(kind + "/" + name))
	return int64(h.Sum32()) + 1
}

// nodeID is an opaque id in the manner of
// https://docs.github.com/en/graphql/guides/using-global-node-ids.
func nodeID(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%d", kind, id))
}

// account is a simple-user of the description: a user, or an organization.
func (c *call) account(login string, user bool) object {
	kind := "Organization"
	if user {
		kind = "User"
	}
	n := id("account", strings.ToLower(login))
	o := object{
		"login":       login,
		"id":          n,
		"node_id":     nodeID(kind, n),
		"avatar_url":  fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", n),
		"gravatar_id": "",
		"html_url":    site + "/" + login,
		"url":         c.api + "/users/" + login,
		"type":        kind,
		"site_admin":  false,
	}
	for name, path := range map[string]string{
		"events": "/events{/privacy}", "followers": "/followers", "following": "/following{/other_user}",
		"gists": "/gists{/gist_id}", "organizations": "/orgs", "received_events": "/received_events",
		"repos": "/repos", "starred": "/starred{/owner}{/repo}", "subscriptions": "/subscriptions",
	} {
		o[name+"_url"] = c.api + "/users/" + login + path
	}
	return o
}

// listedAccount is an account in a list of installations. The description asks
// there for what a user has and for what an enterprise has, both at once.
func (c *call) listedAccount(i *Installation) object {
	o := c.account(i.Owner, i.User)
	o["name"], o["slug"] = i.Owner, strings.ToLower(i.Owner)
	o["created_at"], o["updated_at"] = epoch, epoch
	return o
}

// integration is the description's word for an app.
func (c *call) integration(a *App, installations int) object {
	return object{
		"id":                  a.ID,
		"client_id":           a.ClientID,
		"slug":                a.Slug,
		"node_id":             nodeID("App", a.ID),
		"owner":               c.account(a.Owner, a.User),
		"name":                a.Name,
		"description":         nil,
		"external_url":        site + "/octo-org",
		"html_url":            c.site() + "/apps/" + a.Slug,
		"created_at":          epoch,
		"updated_at":          epoch,
		"permissions":         a.Permissions,
		"events":              []string{},
		"installations_count": installations,
	}
}

func (c *call) installation(a *App, i *Installation) object {
	o := object{
		"id":                   i.ID,
		"app_id":               a.ID,
		"client_id":            a.ClientID,
		"app_slug":             a.Slug,
		"account":              c.account(i.Owner, i.User),
		"target_id":            id("account", strings.ToLower(i.Owner)),
		"target_type":          c.account(i.Owner, i.User)["type"],
		"permissions":          i.Permissions,
		"events":               []string{},
		"repository_selection": i.selection(),
		"single_file_name":     nil,
		"access_tokens_url":    fmt.Sprintf("%s/app/installations/%d/access_tokens", c.api, i.ID),
		"repositories_url":     c.api + "/installation/repositories",
		"html_url":             fmt.Sprintf("%s/settings/installations/%d", site, i.ID),
		"created_at":           epoch,
		"updated_at":           epoch,
		"suspended_by":         nil,
		"suspended_at":         nil,
	}
	if i.Suspended {
		o["suspended_by"] = c.account("octo-admin", true)
		o["suspended_at"] = i.suspendedAt.UTC().Format(time.RFC3339)
	}
	return o
}
