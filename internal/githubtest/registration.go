package githubtest

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// The pages of this file stand for those by which a person registers an App from a
// manifest and installs it
// (https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest).
// Who calls is signed in as the user [Person]; so far as is known here every
// organization is that user's.

// Person is the login of the user who is signed in at the pages.
const Person = "mona"

func (s *Server) routeRegistration() {
	s.handle("POST", "", "/settings/apps/new", s.newApp)
	s.handle("POST", "", "/organizations/{org}/settings/apps/new", s.newApp)
	s.handle("POST", "", "/settings/apps/manifest", s.createApp)
	s.handle("GET", "", "/settings/apps/{slug}", s.settings)
	s.handle("GET", "", "/apps/{slug}/installations/new", s.newInstallation)
	s.handle("POST", "", "/apps/{slug}/installations/new", s.install)
	// Browsers ask for it by themselves.
	s.handle("GET", "", "/favicon.ico", func(*call) (reply, error) { return reply{}, errNotFound })
}

var pages = template.Must(template.New("").Parse(`
{{define "head"}}<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{{.Title}}</title><h1>{{.Title}}</h1>{{end}}
{{define "refused"}}{{template "head" .}}<ul>{{range .Wrong}}<li>{{.}}</li>{{end}}</ul>{{end}}
{{define "name"}}{{template "head" .}}<form method="post" action="/settings/apps/manifest">
<input type="hidden" name="manifest" value="{{.Manifest}}"><input type="hidden" name="state" value="{{.State}}"><input type="hidden" name="org" value="{{.Org}}">
<label>GitHub App name <input name="name" id="name" value="{{.Name}}"></label>
<button id="create">Create GitHub App for {{.Owner}}</button></form>{{end}}
{{define "settings"}}{{template "head" .}}<p>App ID: {{.ID}}</p>{{end}}
{{define "install"}}{{template "head" .}}<form method="post"><button id="install">Install</button></form>{{end}}
{{define "installed"}}{{template "head" .}}{{end}}
`))

// html makes a reply of one of the pages.
func html(status int, name string, data any) reply {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		panic("githubtest: " + err.Error())
	}
	return reply{status, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, b.Bytes()}
}

func refusedPage(wrong ...string) reply {
	return html(http.StatusUnprocessableEntity, "refused", object{"Title": "Invalid GitHub App configuration", "Wrong": wrong})
}

// form reads the call's body as a form.
func (c *call) form() url.Values {
	values, err := url.ParseQuery(string(c.sent))
	if err != nil || !strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return url.Values{}
	}
	return values
}

// newApp takes a manifest, and asks for the App's name.
func (s *Server) newApp(c *call) (reply, error) {
	text := c.form().Get("manifest")
	m, wrong := s.readManifest(text)
	if len(wrong) > 0 {
		return refusedPage(wrong...), nil
	}
	org := c.PathValue("org")
	return html(http.StatusOK, "name", object{"Title": "Create GitHub App", "Manifest": text, "Name": m.Name,
		"State": c.URL.Query().Get("state"), "Org": org, "Owner": cmp.Or(org, "@"+Person)}), nil
}

// createApp registers the App, and leads back to who sent the manifest.
func (s *Server) createApp(c *call) (reply, error) {
	form := c.form()
	m, wrong := s.readManifest(form.Get("manifest"))
	m.Name = strings.TrimSpace(form.Get("name"))
	switch {
	case slug(m.Name) == "":
		wrong = append(wrong, "Name can't be blank")
	case s.named(slug(m.Name)) != nil:
		wrong = append(wrong, "Name has already been taken")
	}
	if len(wrong) > 0 {
		return refusedPage(wrong...), nil
	}
	org := form.Get("org")
	back, _ := url.Parse(m.RedirectURL) // readManifest has parsed it
	query := back.Query()
	query.Set("code", s.register(c, m, cmp.Or(org, Person), org == ""))
	if state := form.Get("state"); state != "" {
		query.Set("state", state)
	}
	back.RawQuery = query.Encode()
	return reply{http.StatusFound, http.Header{"Location": {back.String()}}, nil}, nil
}

func (s *Server) named(slug string) *App {
	for _, a := range s.apps {
		if a.Slug == slug {
			return a
		}
	}
	return nil
}

// settings is the App's page for its owner, who reads its id there.
func (s *Server) settings(c *call) (reply, error) {
	app := s.named(c.PathValue("slug"))
	if app == nil {
		return reply{}, errNotFound
	}
	return html(http.StatusOK, "settings", object{"Title": app.Name, "ID": app.ID}), nil
}

func (s *Server) newInstallation(c *call) (reply, error) {
	app := s.named(c.PathValue("slug"))
	if app == nil {
		return reply{}, errNotFound
	}
	return html(http.StatusOK, "install", object{"Title": "Install " + app.Name}), nil
}

// install puts the App on its owner's account, with all that it asks for and one
// repository.
func (s *Server) install(c *call) (reply, error) {
	app := s.named(c.PathValue("slug"))
	if app == nil {
		return reply{}, errNotFound
	}
	id := int64(1)
	if ids := sortedIDs(s.installations); len(ids) > 0 {
		id = ids[len(ids)-1] + 1
	}
	s.addInstallation(Installation{ID: id, AppID: app.ID, Owner: app.Owner, User: app.User, Permissions: app.Permissions, Repositories: []string{app.Owner + "/hello"}})
	return html(http.StatusOK, "installed", object{"Title": "Installed " + app.Name}), nil
}
