package mint

import (
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestMint(t *testing.T) {
	for _, tt := range []struct {
		name   string
		format githubtest.TokenFormat
		issuer string
		slash  string // after the API's URL
	}{
		{"classic", githubtest.Classic, clientID, ""},
		{"stateless", githubtest.Stateless, clientID, ""},
		{"app id", githubtest.Classic, "1234", ""},
		{"Enterprise", githubtest.Classic, clientID, "/api/v3"},
		{"final slash", githubtest.Classic, clientID, "/api/v3/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Change(func() { w.TokenFormat = tt.format })
			key, _ := githubtest.Key(0)
			client := w.newClient(t, w.url+tt.slash, "")
			got, err := client.Mint(t.Context(), Installation{Issuer: tt.issuer, ID: instID}, key)
			if err != nil {
				t.Fatal(err)
			}
			want := Token{Secret(w.Minted()[0].Value), now, now.Add(time.Hour)}
			if got != want {
				t.Errorf("Mint() = %v, want %v", got, want)
			}
			w.requested(t, 1)
			if r := w.Requests()[0]; r.Agent != "ghauth-provision/1.2.3" || r.Scheme != "bearer" || r.Prefix != "eyJh" {
				t.Errorf("request = %+v, want a JWT as bearer of ghauth-provision/1.2.3", r)
			}
			if len(w.slept)+len(w.warned) > 0 {
				t.Errorf("slept %v and warned %q, want neither", w.slept, w.warned)
			}
			w.conforms(t)
		})
	}
}

// Two keys stand side by side while one is rotated; each mints.
//
// Fault: key-forms
func TestMintWithEitherKey(t *testing.T) {
	w := newWorld(t)
	old, _ := githubtest.Key(0)
	next, _ := githubtest.Key(1)
	if _, err := w.client.Mint(t.Context(), octo, next); err == nil {
		t.Error("Mint() took a key that GitHub does not know")
	}
	w.SetKeys(appID, &old.PublicKey, &next.PublicKey)
	if _, err := w.client.Mint(t.Context(), octo, next); err != nil {
		t.Error(err)
	}
	w.mustMint(t)
	w.conforms(t)
}
