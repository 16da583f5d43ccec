package githubtest_test

import (
	"encoding/base64"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Git clones and pushes with a token that reaches the repository, and in no other way.
func TestGit(t *testing.T) {
	w := newWorld(t)
	root := t.TempDir()
	for _, name := range []string{"octo-org/hello", "mona/dots"} {
		gitIn(t, root, "", "init", "-q", "--bare", "-b", "main", name+".git")
	}
	if a := w.do("GET", "/octo-org/hello.git/info/refs?service=git-upload-pack", "", ""); a.status != 404 {
		t.Errorf("status %d before it serves git, want 404", a.status)
	}
	w.Reset()
	if err := w.ServeGit(root); err != nil {
		t.Fatal(err)
	}
	token, reader, dead := w.mint("").Token, w.mint(`{"permissions":{"contents":"read"}}`).Token, w.mint("").Token
	w.Revoke(dead)
	work := filepath.Join(t.TempDir(), "work")
	for _, tt := range []struct{ user, password, repository, refusal string }{
		{"", "", "octo-org/hello", "could not read Username"},
		{"x-access-token", dead, "octo-org/hello", "Authentication failed"},
		{"x-access-token", "ghs_none", "octo-org/hello", "Authentication failed"},
		{"mona", token, "octo-org/hello", "Authentication failed"},
		{"x-access-token", token, "mona/dots", "not found"},
		{"x-access-token", reader, "Octo-Org/Hello", "not found"}, // to a file system the case matters
		{"x-access-token", token, "octo-org/hello", ""},
	} {
		os.RemoveAll(work)
		out, err := gitIn(t, root, "", "clone", "-q", w.remote(tt.user, tt.password, tt.repository), work)
		if (err == nil) != (tt.refusal == "") || !strings.Contains(out, tt.refusal) {
			t.Errorf("%s, %.8s, %s: %v, %s, want %q", tt.user, tt.password, tt.repository, err, out, tt.refusal)
		}
	}
	gitIn(t, work, "", "-c", "user.name=U", "-c", "user.email=u@example.com", "commit", "-q", "--allow-empty", "-m", "one")
	if out, err := gitIn(t, work, "", "push", "-q", w.remote("x-access-token", reader, "octo-org/hello"), "HEAD:main"); err == nil || !strings.Contains(out, "403") {
		t.Errorf("a token that may only read has pushed: %v, %s", err, out)
	}
	if out, err := gitIn(t, work, "", "push", "-q", w.remote("x-access-token", token, "octo-org/hello"), "HEAD:main"); err != nil {
		t.Errorf("push: %v, %s", err, out)
	}
	if out, err := gitIn(t, root, "octo-org/hello.git", "log", "--format=%s", "main"); err != nil || out != "one\n" {
		t.Errorf("the repository has %q, %v", out, err)
	}
	const refs = "/octo-org/hello.git/info/refs"
	auth := "Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token))
	for _, tt := range []struct {
		what, path string
		change     func()
		status     int
	}{
		{"with a service", refs + "?service=git-upload-pack", func() {}, 200},
		{"the files themselves", refs, func() {}, 403},
		{"suspended", refs + "?service=git-upload-pack", func() { w.SetSuspended(orgInst, true) }, 403},
		{"an hour later", refs + "?service=git-upload-pack", func() { w.Change(func() { w.Now = func() time.Time { return now.Add(time.Hour) } }) }, 401},
	} {
		tt.change()
		if a := w.do("GET", tt.path, auth, ""); a.status != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.what, a.status, tt.status, a.text)
		}
	}
	w.conforms()
}

// remote gives the URL of a repository, with a credential in it.
func (w *world) remote(user, password, repository string) string {
	u, err := url.Parse(w.url + "/" + repository + ".git")
	if err != nil {
		w.Fatal(err)
	}
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	return u.String()
}

// gitIn runs git in a directory, with nothing of the user's configuration.
func gitIn(t *testing.T, dir, below string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = filepath.Join(dir, below)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
