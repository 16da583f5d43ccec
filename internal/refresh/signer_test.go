package refresh

import (
	"crypto/rsa"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// signing gives the variable that has openssl sign with the n-th key, or whatever a
// script does in its place.
func (s *site) signing(n int, script string) string {
	s.Helper()
	_, pem := githubtest.Key(n)
	file := s.T.TempDir() + "/key.pem"
	if err := os.WriteFile(file, pem, 0o600); err != nil {
		s.Fatal(err)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		s.Fatal(err)
	}
	if script == "" {
		script = "exec openssl pkeyutl -sign -inkey " + file + " -pkeyopt digest:sha256"
	}
	return keysource.Source{Command: []string{sh, "-c", script}}.Encode()
}

// A next key that cannot sign, for whatever reason, holds back no token; a key that
// can, and that GitHub knows, is used.
func TestNextSigner(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		known        bool // GitHub knows the next key, too
		warned       bool
	}{
		{"known", "", true, false},
		{"not known yet", "", false, true},
		{"does not sign", "exit 1", true, true},
		{"is denied", "exit 77", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, "main")
			old, _ := githubtest.Key(0)
			next, _ := githubtest.Key(1)
			known := []*rsa.PublicKey{&old.PublicKey}
			if tt.known {
				known = append(known, &next.PublicKey)
			}
			s.github.SetKeys(appID, known...)
			s.write("github-app.env", s.read("github-app.env")+"GITHUB_APP_NEXT_SIGNER='"+s.signing(1, tt.script)+"'\n")
			warned := false
			s.r.Warn = func(_, text string) { warned = warned || strings.Contains(text, "the next key does not work yet") }
			res := s.run(false)[0]
			if res.Err != nil || warned != tt.warned {
				t.Errorf("%v, warned %t, want %t", res.Err, warned, tt.warned)
			}
			// The public half of a command's key is not known here.
			if want := mint.Fingerprint(&old.PublicKey); tt.warned != (res.Token.Key == want) {
				t.Errorf("the token came by %q", res.Token.Key)
			}
		})
	}
}

// A source that is the only one tells why it fails, and the stored token stays.
func TestSignerFails(t *testing.T) {
	s := newSite(t, "main")
	file := "GITHUB_APP_PRIVATE_KEY_PATH='" + s.path("github-app.pem") + "'"
	env := s.read("github-app.env")
	if !strings.Contains(env, file) {
		t.Fatal(env)
	}
	s.write("github-app.env", strings.Replace(env, file, "GITHUB_APP_SIGNER='"+s.signing(0, "echo slot is locked >&2; exit 77")+"'", 1))
	res := s.run(false)[0]
	if !errors.Is(res.Err, &mint.Error{Kind: mint.Denied}) || !strings.Contains(res.Err.Error(), "slot is locked") {
		t.Errorf("%v", res.Err)
	}
	s.mints(0)
}
