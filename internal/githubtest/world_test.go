package githubtest_test

import (
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// now is the time in the tests' world.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	appID    = 1234
	clientID = "Iv23liTESTTESTTEST00"
	orgInst  = 11 // octo-org, two repositories
	userInst = 12 // mona, all repositories
	goneInst = 99
	mintPath = "/app/installations/11/access_tokens"
)

// A world is a server with one app on two accounts, and a client of it.
type world struct {
	*testing.T
	*githubtest.Server
	url string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, _ := githubtest.Key(0)
	s := githubtest.New()
	s.Now = func() time.Time { return now }
	s.AddApp(githubtest.App{
		ID: appID, ClientID: clientID, Slug: "octo-bot", Name: "Octo Bot",
		Keys: []*rsa.PublicKey{&key.PublicKey},
	})
	s.AddInstallation(githubtest.Installation{
		ID: orgInst, AppID: appID, Owner: "octo-org",
		Permissions:  map[string]string{"contents": "write", "issues": "read", "metadata": "read"},
		Repositories: []string{"octo-org/hello", "octo-org/world"},
	})
	s.AddInstallation(githubtest.Installation{
		ID: userInst, AppID: appID, Owner: "mona", User: true, All: true,
		Permissions:  map[string]string{"metadata": "read"},
		Repositories: []string{"mona/dots"},
	})
	url, stop, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return &world{t, s, url}
}

// conforms fails the test if either side broke GitHub's description.
func (w *world) conforms() {
	w.Helper()
	for _, v := range w.Violations() {
		w.Errorf("violation: %s", v)
	}
}

// An answer is a response, read.
type answer struct {
	status int
	header http.Header
	text   string
}

// do sends a request whose Authorization header is auth, none if that is "".
// A body goes as JSON.
func (w *world) do(method, path, auth, body string) answer {
	w.Helper()
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) answer {
	w.Helper()
	return w.read(http.DefaultClient.Do(req))
}

func (w *world) read(resp *http.Response, err error) answer {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// decode reads a JSON answer, and fails the test if its status is another.
func decode[T any](w *world, a answer, status int) T {
	w.Helper()
	var v T
	if a.status != status {
		w.Fatalf("status = %d, want %d: %s", a.status, status, a.text)
	}
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		w.Fatalf("%v: %s", err, a.text)
	}
	return v
}

// refuses fails the test unless a is the given refusal.
func (w *world) refuses(a answer, status int, message string) {
	w.Helper()
	got := decode[struct{ Message string }](w, a, status).Message
	if got != message {
		w.Errorf("message = %q, want %q", got, message)
	}
}

// claims are those of an app JWT that GitHub takes.
func claims() jwt.MapClaims {
	return jwt.MapClaims{
		"iss": clientID,
		"iat": now.Add(-time.Minute).Unix(),
		"exp": now.Add(9 * time.Minute).Unix(),
	}
}

// sign returns the Authorization header of an app JWT signed by the n-th key.
func sign(t *testing.T, n int, c jwt.MapClaims) string {
	t.Helper()
	key, _ := githubtest.Key(n)
	s, err := jwt.NewWithClaims(jwt.SigningMethodRS256, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + s
}

// A minted is the answer to a mint.
type minted struct {
	Token        string
	ExpiresAt    time.Time `json:"expires_at"`
	Permissions  map[string]string
	Selection    string `json:"repository_selection"`
	Repositories []struct {
		FullName string `json:"full_name"`
	}
}

// mint mints for octo-org.
func (w *world) mint(body string) minted {
	w.Helper()
	return decode[minted](w, w.do("POST", mintPath, sign(w.T, 0, claims()), body), http.StatusCreated)
}
