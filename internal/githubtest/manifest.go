package githubtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A manifest describes an App that is to be registered
// (https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters).
type manifest struct {
	Name           string            `json:"name"`
	URL            string            `json:"url"`
	HookAttributes *hookAttributes   `json:"hook_attributes"`
	RedirectURL    string            `json:"redirect_url"`
	CallbackURLs   []string          `json:"callback_urls"`
	SetupURL       string            `json:"setup_url"`
	Description    string            `json:"description"`
	Public         bool              `json:"public"`
	Events         []string          `json:"default_events"`
	Permissions    map[string]string `json:"default_permissions"`
	OAuthOnInstall bool              `json:"request_oauth_on_install"`
	SetupOnUpdate  bool              `json:"setup_on_update"`
}

type hookAttributes struct {
	URL    string `json:"url"`
	Active bool   `json:"active"`
}

const (
	// maxAppName is how long an App's name may be, in characters
	// (https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app).
	maxAppName = 34
	// maxCallbacks is how many URLs callback_urls may have.
	maxCallbacks = 10
	// codeLife is how long there is from the registration to the exchange of its
	// code: all steps of the flow take place within an hour.
	codeLife = time.Hour
)

// readManifest gives what is wrong with a manifest, nothing if GitHub would take it.
// GitHub takes no parameter that it does not know, and says of a hook without a URL
// the same as of an App without one
// (https://github.com/probot/probot/issues/806 has the form of its refusals).
func (s *Server) readManifest(text string) (m manifest, wrong []string) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, []string{"the manifest cannot be read: " + err.Error()}
	}
	refuse := func(no bool, reason string) {
		if no {
			wrong = append(wrong, reason)
		}
	}
	refuse(utf8.RuneCountInString(m.Name) > maxAppName, fmt.Sprintf("Name is too long (maximum is %d characters)", maxAppName))
	refuse(m.URL == "" || m.HookAttributes != nil && m.HookAttributes.URL == "", `"url" wasn't supplied.`)
	refuse(m.URL != "" && !webURL(m.URL), "url is not a valid URL")
	refuse(!webURL(m.RedirectURL), "redirect_url is not a valid URL")
	refuse(len(m.CallbackURLs) > maxCallbacks, fmt.Sprintf("callback_urls has more than %d", maxCallbacks))
	for _, name := range slices.Sorted(maps.Keys(m.Permissions)) {
		refuse(!s.described.permission(name, m.Permissions[name]), fmt.Sprintf("default_permissions: %s: %s is no permission", name, m.Permissions[name]))
	}
	return m, wrong
}

func webURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// permission reports whether the description has a permission of that name and level.
func (d *description) permission(name, level string) bool {
	known := d.doc.Components.Schemas["app-permissions"].Value.Properties[name]
	return known != nil && slices.Contains(known.Value.Enum, any(level))
}

// A conversion awaits who has the code of a new App.
type conversion struct {
	app                         *App
	pem                         string
	clientSecret, webhookSecret string
	end                         time.Time
	done                        bool
}

// register makes an App of a manifest, and gives the code that opens its secrets.
func (s *Server) register(c *call, m manifest, owner string, user bool) (code string) {
	n := len(s.conversions)
	// Keys by other numbers than tests use for their own.
	key, pem := Key(2000 + n)
	ids := sortedIDs(s.apps)
	id := int64(1)
	if len(ids) > 0 {
		id = ids[len(ids)-1] + 1
	}
	app := App{ID: id, ClientID: "Iv23li" + alphanumerics(14), Slug: slug(m.Name), Name: m.Name, Owner: owner, User: user, Permissions: m.Permissions}
	app.Keys = append(app.Keys, &key.PublicKey)
	s.addApp(app)
	code = strings.ToLower(alphanumerics(40))
	s.conversions[code] = &conversion{app: s.apps[id], pem: string(pem), clientSecret: alphanumerics(40), webhookSecret: alphanumerics(40), end: c.now.Add(codeLife)}
	return code
}

// slug is the part of an App's address that its name gives.
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

// convert serves https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest.
// A code is good once.
func (s *Server) convert(c *call) (reply, error) {
	found := s.conversions[c.PathValue("code")]
	if found == nil || found.done || !c.now.Before(found.end) {
		return reply{}, errNotFound
	}
	found.done = true
	o := c.integration(found.app, 0)
	o["pem"], o["client_secret"], o["webhook_secret"] = found.pem, found.clientSecret, found.webhookSecret
	return answer(http.StatusCreated, o), nil
}

// Secrets returns all that was made for Apps which were registered from manifests: keys
// in PEM, client secrets and webhook secrets.
func (s *Server) Secrets() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conversions {
		all = append(all, c.pem, c.clientSecret, c.webhookSecret)
	}
	return all
}
