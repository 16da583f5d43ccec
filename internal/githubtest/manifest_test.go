package githubtest_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// good is a manifest that GitHub takes.
const good = `{"name":"Agents","url":"https://example.com","redirect_url":"http://127.0.0.1:1/back?a=b","public":false,"default_permissions":{"contents":"write","metadata":"read"}}`

// post sends a form, and follows no redirect.
func (w *world) post(path string, form url.Values) answer {
	w.Helper()
	req, err := http.NewRequest("POST", w.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "test")
	return w.read(http.DefaultTransport.RoundTrip(req))
}

func TestManifestRefusals(t *testing.T) {
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the manifest has no %s", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, tt := range []struct{ name, manifest, want string }{
		{"none", "", "cannot be read"},
		{"no object", `["x"]`, "cannot be read"},
		{"a wrong type", with(`"https://example.com"`, `{"url":"x"}`), "manifest.url of type string"},
		{"unknown parameter", with(`"public"`, `"pubic"`), `unknown field "pubic"`},
		{"a hook's unknown parameter", with(`"public"`, `"hook_attributes":{"url":"https://x.y","secret":"s"},"public"`), `unknown field "secret"`},
		{"long name", with(`"Agents"`, `"`+strings.Repeat("x", 35)+`"`), "Name is too long"},
		{"no url", with(`"url":"https://example.com",`, ""), `"url" wasn't supplied.`},
		{"a hook without a url", with(`"public"`, `"hook_attributes":{"active":false},"public"`), `"url" wasn't supplied.`},
		{"no web url", with("https://example.com", "example.com"), "url is not a valid URL"},
		{"no redirect", with(`"redirect_url":"http://127.0.0.1:1/back?a=b",`, ""), "redirect_url is not a valid URL"},
		{"many callbacks", with(`"public"`, `"callback_urls":[`+strings.Repeat(`"https://x.y",`, 10)+`"https://x.y"],"public"`), "callback_urls has more than 10"},
		{"unknown permission", with(`"contents"`, `"content"`), "content: write is no permission"},
		{"unknown level", with(`"write"`, `"admin"`), "contents: admin is no permission"},
	} {
		w := newWorld(t)
		for _, path := range []string{"/settings/apps/new", "/organizations/octo-org/settings/apps/new", "/settings/apps/manifest"} {
			a := w.post(path, url.Values{"manifest": {tt.manifest}, "name": {"Agents"}})
			if a.status != 422 || !strings.Contains(html.UnescapeString(a.text), tt.want) {
				t.Errorf("%s: %s answers %d %s, want %q", tt.name, path, a.status, a.text, tt.want)
			}
		}
	}
	w := newWorld(t)
	for name, want := range map[string]string{" ": "be blank", "Octo.Bot": "Name has already been taken"} {
		if a := w.post("/settings/apps/manifest", url.Values{"manifest": {good}, "name": {name}}); a.status != 422 || !strings.Contains(a.text, want) {
			t.Errorf("the name %q: %d %s, want %q", name, a.status, a.text, want)
		}
	}
	if a := w.do("POST", "/settings/apps/new", "", good); a.status != 422 {
		t.Errorf("a manifest that is no form: %d", a.status)
	}
}

// register goes from a manifest to its code.
func (w *world) register(path string) (code string) {
	w.Helper()
	page := w.post(path+"?state=s%26t", url.Values{"manifest": {good}})
	if page.status != 200 || !strings.Contains(page.text, `value="Agents"`) {
		w.Fatalf("%d %s", page.status, page.text)
	}
	form := url.Values{}
	for _, m := range regexp.MustCompile(`name="(\w+)"(?: id="name")? value="([^"]*)"`).FindAllStringSubmatch(page.text, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	a := w.post("/settings/apps/manifest", form)
	back, err := url.Parse(a.header.Get("Location"))
	if a.status != 302 || err != nil || back.Host != "127.0.0.1:1" || back.Query().Get("state") != "s&t" || back.Query().Get("a") != "b" {
		w.Fatalf("%d, %s, %v", a.status, back, err)
	}
	return back.Query().Get("code")
}

func TestManifest(t *testing.T) {
	for path, owner := range map[string]string{"/settings/apps/new": "mona", "/organizations/octo-org/settings/apps/new": "octo-org"} {
		w := newWorld(t)
		code := w.register(path)
		a := w.do("POST", "/app-manifests/"+code+"/conversions", "", "")
		got := decode[struct {
			ID            int64
			PEM           string
			ClientID      string `json:"client_id"`
			Slug          string
			Owner         struct{ Login string }
			ClientSecret  string `json:"client_secret"`
			WebhookSecret string `json:"webhook_secret"`
			Permissions   map[string]string
		}](w, a, 201)
		if got.Owner.Login != owner || got.Slug != "agents" || got.Permissions["contents"] != "write" {
			t.Errorf("%s: registered %+v", path, got)
		}
		if s := strings.Join(w.Secrets(), ""); !strings.Contains(s, got.PEM) || !strings.Contains(s, got.ClientSecret) || !strings.Contains(s, got.WebhookSecret) {
			t.Error("Secrets does not have all of them")
		}
		w.refuses(w.do("POST", "/app-manifests/"+code+"/conversions", "", ""), 404, "Not Found")

		// The key is the App's, and where it can be installed it then is.
		client, err := mint.NewClient(w.url, "", "test", func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		key, err := mint.ParseKey([]byte(got.PEM))
		if err != nil {
			t.Fatal(err)
		}
		if a := w.do("GET", "/apps/agents/installations/new", "", ""); a.status != 200 {
			t.Errorf("%d %s", a.status, a.text)
		}
		if a := w.post("/apps/agents/installations/new", nil); a.status != 200 {
			t.Errorf("%d %s", a.status, a.text)
		}
		inst, err := client.OnlyInstallation(t.Context(), got.ClientID, key)
		if err != nil || inst.Account != owner || inst.Permissions["contents"] != "write" {
			t.Errorf("installed %+v, %v", inst, err)
		}
		w.refuses(w.post("/apps/agent/installations/new", nil), 404, "Not Found")
		w.refuses(w.do("GET", "/apps/agent/installations/new", "", ""), 404, "Not Found")
		w.conforms()
	}
}

func TestManifestCodeDies(t *testing.T) {
	w := newWorld(t)
	code := w.register("/settings/apps/new")
	w.refuses(w.do("POST", "/app-manifests/x/conversions", "", ""), 404, "Not Found")
	w.Change(func() { w.Now = func() time.Time { return now.Add(time.Hour) } })
	w.refuses(w.do("POST", "/app-manifests/"+code+"/conversions", "", ""), 404, "Not Found")
	w.Change(func() { w.Now = func() time.Time { return now.Add(time.Hour - time.Second) } })
	if a := w.do("POST", "/app-manifests/"+code+"/conversions", "", ""); a.status != 201 {
		t.Errorf("a second before its end: %d %s", a.status, a.text)
	}
}
