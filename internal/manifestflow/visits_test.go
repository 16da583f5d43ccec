package manifestflow

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestRefusedVisits(t *testing.T) {
	v := newVisit(t)
	other := newBrowser(t)
	v.get(v.client, v.URL())
	for _, tt := range []struct {
		name, address string
		client        *http.Client
		status        int
		want          string
		warned        bool
	}{
		{"another path", "http://" + v.host() + "/", v.client, 404, "nothing here", false},
		{"an icon", "http://" + v.host() + "/favicon.ico", v.client, 404, "nothing here", false},
		{"another browser", v.URL(), other, 403, "opened in another browser", true},
		{"its code", v.back(v.state, "c0de"), other, 403, "opened in another browser", true},
		{"another state", v.back("x", "c0de"), v.client, 403, "its state is another", true},
		{"no state", v.URL() + "created?code=c0de", v.client, 403, "its state is another", true},
		{"no code", v.back(v.state, ""), v.client, 403, "no code", true},
		{"another name for this host", strings.Replace(v.URL(), "127.0.0.1", "localhost", 1), v.client, 421, "another address", false},
	} {
		v.warned = nil
		status, h, text := v.get(tt.client, tt.address)
		if status != tt.status || !strings.Contains(text, tt.want) || !strings.Contains(text, "What to do: ") || (len(v.warned) > 0) != tt.warned {
			t.Errorf("%s: %d, warned %q: %s", tt.name, status, v.warned, text)
		}
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(text, v.state) {
			t.Errorf("%s: with the header %v: %s", tt.name, h, text)
		}
	}
	if len(v.codes) > 0 {
		t.Errorf("codes %q were taken", v.codes)
	}
	if resp, err := v.client.Post(v.URL(), "text/plain", nil); err != nil || resp.StatusCode != 405 {
		t.Errorf("POST: %v, %v", resp, err)
	}
	// None of that has ended it.
	v.install <- "octo-org"
	if status, _, text := v.get(v.client, v.back(v.state, "c0de")); status != 200 || !strings.Contains(text, "Installed on octo-org") {
		t.Errorf("%d %s", status, text)
	}
}

// One who comes with a code before anybody has opened the page is not let in.
func TestCodeFirst(t *testing.T) {
	v := newVisit(t)
	if status, _, _ := v.get(v.client, v.back(v.state, "c0de")); status != 403 || len(v.codes) > 0 {
		t.Errorf("%d, codes %q", status, v.codes)
	}
	// To ask for the header alone opens nothing.
	resp, err := v.client.Head(v.URL())
	if err != nil || resp.StatusCode != 405 {
		t.Errorf("HEAD: %v, %v", resp, err)
	}
	if status, _, _ := v.get(newBrowser(t), v.URL()); status != 200 {
		t.Errorf("the first browser: %d", status)
	}
}

// Of two that come with the code at once, one has it.
func TestCodeTwice(t *testing.T) {
	v := newVisit(t)
	v.get(v.client, v.URL())
	v.install <- "octo-org"
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if resp, err := v.client.Get(v.back(v.state, "c0de")); err == nil {
				resp.Body.Close()
			}
		})
	}
	group.Wait()
	if len(v.codes) != 1 {
		t.Errorf("codes %q were taken", v.codes)
	}
}
