package testoctokit_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"github.com/ghauth-provision/ghauth-provision/internal/testoctokit"
)

const (
	appID    = 1234
	clientID = "Iv23liTESTTESTTEST00"
	instID   = 42
)

var octo = mint.Installation{Issuer: clientID, ID: instID}

// A world is a GitHub with one app on one account, for both sides alike.
type world struct {
	*githubtest.Server
	url    string
	dir    string // of octokit's programs
	key    string // the file of the app's key
	public string // and of its public half

	mu   sync.Mutex
	sent string // the last credential
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, pkcs1 := githubtest.Key(0)
	w := &world{Server: githubtest.New(), dir: octokit(t)}
	w.AddApp(githubtest.App{ID: appID, ClientID: clientID, Slug: "octo-bot", Name: "Octo Bot", Keys: []*rsa.PublicKey{&key.PublicKey}})
	w.AddInstallation(githubtest.Installation{
		ID: instID, AppID: appID, Owner: "octo-org",
		Permissions:  map[string]string{"contents": "write", "issues": "read", "metadata": "read"},
		Repositories: []string{"octo-org/hello", "octo-org/world"},
	})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	w.key = file(t, "key.pem", pkcs1)
	w.public = file(t, "public.pem", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return w
}

// octokit installs the peer.
func octokit(t *testing.T) string {
	t.Helper()
	dir, err := testoctokit.Install(t.Context())
	testneed.OK(t, err)
	return dir
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ServeHTTP keeps what the stand-in does not: the credential.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	_, w.sent, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	w.mu.Unlock()
	w.Server.ServeHTTP(rw, r)
}

func (w *world) lastSent() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent
}

// lastMinted gives what the last token may do, and forgets which it is.
func (w *world) lastMinted() githubtest.Token {
	all := w.Minted()
	if len(all) == 0 {
		return githubtest.Token{}
	}
	last := all[len(all)-1]
	last.Value, last.ExpiresAt = "", time.Time{}
	return last
}

// ours mints with this project's client. What GitHub asks to wait for is longer
// than it has.
func (w *world) ours(t *testing.T, inst mint.Installation) (mint.Token, []string, error) {
	t.Helper()
	client, err := mint.NewClient(w.url, "", "1.2.3", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var warned []string
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	key, _ := githubtest.Key(0)
	token, err := client.WithWarn(func(text string) { warned = append(warned, text) }).Mint(ctx, inst, key)
	return token, warned, err
}

// An outcome is what octokit says: a token and its grants, or a refusal.
type outcome struct {
	Token, RepositorySelection string
	RepositoryNames            []string
	Permissions                map[string]string

	Status  int
	Message string
}

// theirs mints with octokit.
func (w *world) theirs(t *testing.T, inst mint.Installation) (got outcome) {
	t.Helper()
	env := []string{"APP_ID=" + inst.Issuer, fmt.Sprintf("INSTALLATION_ID=%d", inst.ID)}
	for name, v := range map[string]any{"REPOSITORIES": inst.Repositories, "PERMISSIONS": inst.Permissions} {
		if data, _ := json.Marshal(v); string(data) != "null" {
			env = append(env, name+"="+string(data))
		}
	}
	out, err := w.node(t, "mint.mjs", "", env...)
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("mint.mjs: %v: %s", err, out)
	}
	if (err != nil) != (got.Message != "") {
		t.Errorf("mint.mjs: %v, with %+v", err, got)
	}
	return got
}

// node runs one of octokit's programs. An error is of its exit status.
func (w *world) node(t *testing.T, name, stdin string, env ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(w.dir, name))
	cmd.Env = append(os.Environ(), append([]string{"API_URL=" + w.url, "KEY=" + w.key}, env...)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if stderr.Len() > 0 {
		t.Errorf("%s: %s", name, stderr.String())
	}
	return out, err
}
