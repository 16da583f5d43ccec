package mint

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// What cannot be a name is neither shown nor kept.
func TestForeignWords(t *testing.T) {
	for name, body := range map[string]string{
		"newline": `"login":"octo\nGH_TOKEN=x"`,
		"escape":  `"login":"\u001b[31m"`,
		"token":   `"login":"` + canary + `"`,
		"quote":   `"login":"a'b"`,
		"long":    `"login":"` + strings.Repeat("a", 101) + `"`,
		"none":    `"type":"User"`,
	} {
		w := newWorld(t)
		w.Fail(-1, "", reply(200, asJSON, `{"id":42,"account":{`+body+`},"repository_selection":"a b","permissions":{"contents":"read","a b":"read","issues":"\n"}}`))
		key, _ := githubtest.Key(0)
		got, err := w.client.InstallationByID(t.Context(), clientID, key, instID)
		if err != nil || got.Account != "" || got.RepositorySelection != "" || !maps.Equal(got.Permissions, map[string]string{"contents": "read"}) {
			t.Errorf("%s: %+v, %v, want contents: read alone", name, got, err)
		}
		if got := got.String(); got != "42" {
			t.Errorf("%s: String() = %q, want 42", name, got)
		}
	}
}

// An enterprise has no login.
func TestEnterpriseAccount(t *testing.T) {
	w := newWorld(t)
	w.Fail(-1, "", reply(200, asJSON, `{"id":42,"account":{"slug":"octo-business","name":"Octo Business"}}`))
	key, _ := githubtest.Key(0)
	got, err := w.client.InstallationByID(t.Context(), clientID, key, instID)
	if err != nil || got.Account != "octo-business" {
		t.Errorf("InstallationByID() = %+v, %v, want octo-business", got, err)
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add([]byte(`[{"id":42,"account":{"login":"octo-org"},"suspended_at":null,"repository_selection":"all","permissions":{"contents":"read"}}]`), "")
	f.Add([]byte(`[{"id":1,"account":{"login":"`+canary+`","slug":"a"},"suspended_at":"2026-01-01T00:00:00Z"},{"id":2,"account":null}]`), `<a>; rel="next"`)
	f.Add([]byte(`[{"id":42,"account":{"login":"\u001b[31m\n"},"permissions":{"a\u0000":"read","b":""}}]`), "")
	f.Add([]byte(`null`), "")
	f.Add([]byte(`[]`), `rel="next`)
	f.Fuzz(func(t *testing.T, body []byte, link string) {
		var answer []installation
		resp := response{status: 200, header: http.Header{"Content-Type": {asJSON}, "Link": {link}}, body: body}
		if err := readJSON(resp, 200, &answer); err != nil {
			return
		}
		p, err := readPage(resp.header, answer)
		if err != nil {
			wantError(t, err, Temporary, "GitHub's answer holds no ", "captive portal")
			return
		}
		text := p.String()
		for _, i := range p.installations {
			text += scope{Permissions: i.Permissions}.String() + i.RepositorySelection
			if i.ID <= 0 {
				t.Errorf("installation %+v", i)
			}
		}
		if Redact(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("text = %q", text)
		}
	})
}
