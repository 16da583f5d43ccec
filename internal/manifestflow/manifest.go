package manifestflow

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
)

// Wish is the App that is to be registered.
type Wish struct {
	Host        string // GitHub's, as gh names it
	Site        string // the root of that host's pages, such as https://github.com
	Org         string // the organization that is to own it; empty: whoever is signed in
	Name        string // at GitHub, at most 34 characters
	Permissions map[string]string
	KeyFile     string // where its key will lie, for people
	Machine     string // the name of this one, for people
}

// manifest has the parameters of GitHub's that are needed here, and no others: GitHub
// refuses what it does not know, and a hook without a URL. What is left out is off.
// (docs.github.com, "Registering a GitHub App from a manifest")
type manifest struct {
	Name        string            `json:"name"`
	URL         string            `json:"url"` // the homepage, which is required
	RedirectURL string            `json:"redirect_url"`
	Public      bool              `json:"public"` // false: its owner alone can install it
	Permissions map[string]string `json:"default_permissions"`
}

// json gives the manifest, which leads back to an address of ours.
func (w Wish) json(back string) (string, error) {
	homepage := w.Site
	if w.Org != "" {
		homepage += "/" + url.PathEscape(w.Org)
	}
	text, err := json.Marshal(manifest{w.Name, homepage, back, false, w.Permissions})
	return string(text), err
}

// action is the page at GitHub that takes a manifest, and gives state back with the
// code.
func (w Wish) action(state string) string {
	path := "/settings/apps/new"
	if w.Org != "" {
		path = "/organizations/" + url.PathEscape(w.Org) + path
	}
	return w.Site + path + "?state=" + url.QueryEscape(state)
}

// A permission is one row of the page.
type permission struct{ Name, Level string }

var levels = map[string]string{"read": "read", "write": "read and write", "admin": "read, write and administer"}

func (w Wish) permissions() (rows []permission) {
	for _, name := range slices.Sorted(maps.Keys(w.Permissions)) {
		rows = append(rows, permission{name, levels[w.Permissions[name]]})
	}
	return rows
}
