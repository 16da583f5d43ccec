package mint

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// tool runs a program in dir.
func tool(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	testneed.Program(t, name)
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// parseFile parses a key's file in dir.
func parseFile(t *testing.T, dir, name string) error {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	_, err = ParseKey(data)
	return err
}

// What the real tools write is read, or refused by its name.
func TestRealTools(t *testing.T) {
	for _, tt := range []struct {
		command string // writes the file "key"
		reason  string // empty if the key is to be taken
	}{
		{"openssl genrsa -out key 2048", ""},
		{"openssl genrsa -traditional -out key 2048", ""},
		{"openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out key", ""},
		{"openssl genpkey -algorithm ED25519 -out key", "a private key that is not RSA"},
		{"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key", "a private key that is not RSA"},
		{"openssl ecparam -name prime256v1 -genkey -noout -out key", "a private key that is not RSA"},
		{"openssl genrsa -out key 512", "an RSA key of 512 bits"},
		{"openssl genrsa -out key -traditional 512", "an RSA key of 512 bits"},
		{"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null -out key", "a certificate, not a private key"},
		{"openssl req -new -newkey rsa:2048 -nodes -subj /CN=x -keyout /dev/null -out key", "a PEM block that is no private key"},
		{"ssh-keygen -q -t ed25519 -N  -f key", "an OpenSSH private key"},
	} {
		t.Run(tt.command, func(t *testing.T) {
			dir := t.TempDir()
			words := strings.Split(tt.command, " ")
			tool(t, dir, words[0], words[1:]...)
			err := parseFile(t, dir, "key")
			if tt.reason != "" {
				wantError(t, err, InvalidKey, tt.reason, "")
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// The remedies that are commands work as they are told.
//
// Fault: no-rsa-key
func TestRemedies(t *testing.T) {
	for _, tt := range []struct {
		command string // writes the file "KEY"
		reason  string
		answers []string // to what the remedy would ask for
		file    string   // where it leaves the key
	}{
		{"openssl genrsa -aes256 -passout pass:secret -out KEY 2048", "under a passphrase", []string{"-passin", "pass:secret"}, "NEW"},
		{"openssl genrsa -traditional -aes256 -passout pass:secret -out KEY 2048", "under a passphrase", []string{"-passin", "pass:secret"}, "NEW"},
		{"ssh-keygen -q -t rsa -b 2048 -N  -f KEY", "an OpenSSH private key", []string{"-P", "", "-N", ""}, "KEY"},
	} {
		t.Run(tt.command, func(t *testing.T) {
			dir := t.TempDir()
			words := strings.Split(tt.command, " ")
			tool(t, dir, words[0], words[1:]...)
			err := parseFile(t, dir, "KEY")
			wantError(t, err, InvalidKey, tt.reason, words[0])
			remedy, _, _ := strings.Cut(err.(*Error).Remedy, " (")
			words = strings.Fields(remedy)
			tool(t, dir, words[0], append(words[1:], tt.answers...)...)
			if err := parseFile(t, dir, tt.file); err != nil {
				t.Errorf("after %q: %v", remedy, err)
			}
		})
	}
}

// The settings page shows what GitHub's documentation has openssl print.
func TestFingerprint(t *testing.T) {
	dir := t.TempDir()
	key, pem := githubtest.Key(0)
	write(t, filepath.Join(dir, "key"), pem, 0o600)
	tool(t, dir, "sh", "-c", "openssl rsa -in key -pubout -outform DER | openssl sha256 -binary | openssl base64 > sum")
	sum, err := os.ReadFile(filepath.Join(dir, "sum"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Fingerprint(&key.PublicKey), "SHA256:"+strings.TrimSpace(string(sum)); got != want {
		t.Errorf("Fingerprint() = %s, want %s", got, want)
	}
	if got := Fingerprint(nil); got != "" {
		t.Errorf("of a key that is not known: %q", got)
	}
}

// A wrong key is told by name, so that it can be found on the settings page.
func TestUnknownKey(t *testing.T) {
	w := newWorld(t)
	key, _ := githubtest.Key(1)
	_, err := w.client.Mint(t.Context(), octo, key)
	wantError(t, err, Denied, `GitHub answers 401 "A JSON web token could not be decoded": wrong key or app id`, Fingerprint(&key.PublicKey))
	if !errors.Is(err, ErrUnknownKey) {
		t.Errorf("error = %v, want %v in its chain", err, ErrUnknownKey)
	}
	for name, change := range map[string]func(*world){
		"no key":    func(w *world) { w.SetKeys(appID) },
		"suspended": func(w *world) { w.SetSuspended(instID, true) },
		"down":      func(w *world) { w.Fail(-1, "", githubtest.Refuse(503, "Service Unavailable")) },
		"no such":   func(w *world) { w.RemoveInstallation(instID) },
	} {
		w := newWorld(t)
		change(w)
		if _, err := w.mint(t); err == nil || errors.Is(err, ErrUnknownKey) {
			t.Errorf("%s: error = %v, want one that is not %v", name, err, ErrUnknownKey)
		}
	}
}
