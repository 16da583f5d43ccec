package manifestflow

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"html/template"
	"net/http"

	"github.com/ghauth-provision/ghauth-provision/templates"
)

var pages = template.Must(template.New("").Parse(templates.CreateApp))

const cookieName = "ghauth"

// A page is what the templates are given.
type page struct {
	Wish
	Title, Nonce     string
	Action, Manifest string
	Permissions      []permission
	InstallURL       string
	Reason, Remedy   string
}

// ServeHTTP serves the pages.
func (f *Flow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	nonce := rand.Text()
	f.setHeader(w.Header(), nonce)
	switch {
	case r.Host != f.host():
		f.refuse(w, nonce, http.StatusMisdirectedRequest, "This page goes by another address.", "open the address that the terminal shows")
	case r.Method != http.MethodGet:
		f.refuse(w, nonce, http.StatusMethodNotAllowed, "This page can be read, and nothing else.", "")
	case r.URL.Path == f.path:
		f.start(w, r, nonce)
	case r.URL.Path == f.path+"created":
		f.created(w, r, nonce)
	default:
		f.refuse(w, nonce, http.StatusNotFound, "There is nothing here.", "open the address that the terminal shows")
	}
}

// setHeader lets the page load nothing and be framed by nothing, and send its form to
// GitHub alone, which is not to see its address.
func (f *Flow) setHeader(h http.Header, nonce string) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; form-action "+f.wish.Site+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
}

// start shows what will be registered.
func (f *Flow) start(w http.ResponseWriter, r *http.Request, nonce string) {
	if !f.admit(w, r, nonce, false) {
		return
	}
	text, err := f.wish.json(f.URL() + "created")
	if err != nil {
		f.refuse(w, nonce, http.StatusInternalServerError, err.Error(), "")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: f.visitor, Path: f.path, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	f.show(w, "start", page{Wish: f.wish, Title: "Register a GitHub App", Nonce: nonce, Action: f.wish.action(f.state), Manifest: text, Permissions: f.wish.permissions()})
}

// created is where GitHub leads the browser back to. The page is sent in two parts, the
// second when the App is installed: so it needs no script, and no reload.
func (f *Flow) created(w http.ResponseWriter, r *http.Request, nonce string) {
	query := r.URL.Query()
	code, reason := query.Get("code"), ""
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(f.state)) != 1 {
		reason = "What came back is no answer to what this page has sent to GitHub: its state is another."
	} else if code == "" {
		reason = "GitHub sent no code of a new App."
	}
	if !f.admit(w, r, nonce, reason == "") {
		return
	}
	if reason != "" {
		f.warn(w, nonce, http.StatusForbidden, reason, "start again from the address that the terminal shows")
		return
	}
	app, err := f.steps.Register(f.ctx, code)
	if err != nil {
		f.refuse(w, nonce, http.StatusBadGateway, "The App cannot be taken over: "+err.Error(), f.steps.Remedy(err))
		f.done <- err
		return
	}
	f.remember(app)
	f.show(w, "registered", page{Wish: f.wish, Title: app.Name + " is registered", Nonce: nonce, InstallURL: app.InstallURL})
	_ = http.NewResponseController(w).Flush() // a browser that is gone: the terminal goes on
	account, err := f.steps.Installed(f.ctx)
	if err == nil {
		f.show(w, "installed", account)
	} else {
		f.show(w, "stopped", reasonOf(err))
	}
	f.done <- err
}

func reasonOf(err error) string {
	if errors.Is(err, context.Canceled) {
		return "Stopped."
	}
	return err.Error()
}

// admit refuses a visit after the code was taken, and one of another browser than the
// first. One that it lets in takes the code, if it has one: so none is taken twice.
func (f *Flow) admit(w http.ResponseWriter, r *http.Request, nonce string, takes bool) bool {
	f.mu.Lock()
	known, used, app := f.knows(r), f.used, f.app
	f.used = used || known && takes
	f.mu.Unlock()
	const past = "This page has been used, and works once"
	switch {
	case !known:
		f.warn(w, nonce, http.StatusForbidden, "This page was opened in another browser before.", "go on there; if that was not you, end the program in the terminal and start it again")
	case used && app == nil:
		f.warn(w, nonce, http.StatusGone, past+".", "go on in the terminal")
	case used:
		f.warn(w, nonce, http.StatusGone, past+": "+app.Name+" is registered.", "install it, if it is not yet, and go on in the terminal")
	}
	return known && !used
}

// knows reports whether a request is of the one browser, which the first to come to the
// start becomes.
func (f *Flow) knows(r *http.Request) bool {
	if f.visitor == "" && r.URL.Path == f.path {
		f.visitor = rand.Text()
		return true
	}
	cookie, err := r.Cookie(cookieName)
	return err == nil && f.visitor != "" && subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(f.visitor)) == 1
}

func (f *Flow) remember(app App) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.app = &app
}

// warn refuses, and tells the terminal.
func (f *Flow) warn(w http.ResponseWriter, nonce string, status int, reason, remedy string) {
	f.steps.Warn(reason + " (" + remedy + ")")
	f.refuse(w, nonce, status, reason, remedy)
}

func (f *Flow) refuse(w http.ResponseWriter, nonce string, status int, reason, remedy string) {
	w.WriteHeader(status)
	f.show(w, "refused", page{Title: "This did not work", Nonce: nonce, Reason: reason, Remedy: remedy})
}

// show writes a page, or a part of one. That a browser is gone is no error: the
// terminal tells the same.
func (f *Flow) show(w http.ResponseWriter, name string, data any) {
	_ = pages.ExecuteTemplate(w, name, data)
}
