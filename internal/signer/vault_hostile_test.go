package signer

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

const vaultToken = "hvs.canarycanarycanary"

// answering opens a key in what says it is Vault, and signs with it.
func answering(t *testing.T, handler http.HandlerFunc) error {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(vaultToken), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), keysource.Source{Vault: &keysource.Vault{
		Address: server.URL, Mount: "team/transit", Key: "app", Version: 7, Namespace: "ns/team", TokenFile: file}}, nil)
	if err == nil {
		_, err = s.Sign(nil, digest[:], crypto.SHA256)
	}
	return err
}

// keyAnswer is Vault's for a key whose version 7 is n of the tests'.
func keyAnswer(t *testing.T, n int) string {
	t.Helper()
	_, public := pemFiles(t, n)
	data, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"data":{"type":"rsa-2048","latest_version":9,"keys":{"7":{"public_key":%q}}}}`, data)
}

// What is asked of Vault has the token, the namespace and the pinned version.
func TestVaultIsAsked(t *testing.T) {
	good := keyAnswer(t, 0)
	var asked []string
	_ = answering(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, strings.Join([]string{r.Method, r.URL.Path, r.Header.Get("X-Vault-Token"), r.Header.Get("X-Vault-Namespace"), r.Header.Get("X-Vault-Request")}, " "))
		fmt.Fprint(w, good)
	})
	want := []string{"GET /v1/team/transit/keys/app " + vaultToken + " ns/team true", "POST /v1/team/transit/sign/app/sha2-256 " + vaultToken + " ns/team true"}
	if strings.Join(asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(asked, "\n"), strings.Join(want, "\n"))
	}
}

// The token goes nowhere but to Vault itself.
func TestVaultRedirects(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	err := answering(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	wantError(t, err, mint.BadSetup, "with 307", "let address be the active node's")
	if reached {
		t.Error("the redirect was followed")
	}
}

func TestVaultAnswersOddly(t *testing.T) {
	good := keyAnswer(t, 0)
	signature := func(prefix string, n int) string {
		return fmt.Sprintf(`{"data":{"signature":"%s%s"}}`, prefix, base64.StdEncoding.EncodeToString(make([]byte, n)))
	}
	for _, tt := range []struct {
		name, key, sign string
		status          int // of both
		kind            mint.Kind
		want            string
	}{
		{"no JSON", "<html>", "", 200, mint.Temporary, "is not Vault"},
		{"no JSON and a status", "<html>", "", 502, mint.Temporary, "with 502"},
		{"too much", `{"x":"` + strings.Repeat("x", maxVaultBody) + `",` + good[1:], signature("vault:v7:", 256), 200, mint.Temporary, "is not Vault"},
		{"no public key", `{"data":{"type":"rsa-2048","keys":{"7":{}}}}`, "", 200, mint.BadSetup, "no PEM block"},
		{"a time for a key", `{"data":{"type":"rsa-2048","keys":{"7":1442851412}}}`, "", 200, mint.BadSetup, "has no public key"},
		{"no signature", good, `{}`, 200, mint.BadSetup, "is no signature by that version"},
		{"another version's", good, signature("vault:v8:", 256), 200, mint.BadSetup, "is no signature by that version"},
		{"no base64", good, signature("vault:v7:!", 256), 200, mint.BadSetup, "is no signature by that version"},
		{"another key's", good, signature("vault:v7:", 256), 200, mint.BadSetup, "not by the key SHA256:"},
		{"short", good, signature("vault:v7:", 12), 200, mint.BadSetup, "12 bytes"},
		{"the token in an error", `{"errors":["bad token ` + vaultToken + ` \n\n x"]}`, "", 403, mint.Denied, "bad token … x"},
		{"a long error", `{"errors":["` + strings.Repeat("y", 10000) + `"]}`, "", 400, mint.BadSetup, "yyy…"},
		{"too many requests", `{"errors":["slow down"]}`, "", 429, mint.Temporary, "slow down"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := answering(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tt.status)
				if r.Method == http.MethodGet {
					fmt.Fprint(w, tt.key)
				} else {
					fmt.Fprint(w, tt.sign)
				}
			})
			wantError(t, err, tt.kind, tt.want)
			if strings.Contains(err.Error(), "canary") || len(err.Error()) > 1000 {
				t.Errorf("the error is %q", err)
			}
		})
	}
}

func TestSecretFiles(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		want       string // empty: it is taken
	}{
		{"its owner's", vaultToken, 0o600, ""},
		{"a group's", vaultToken + "\n", 0o640, ""},
		{"everybody's", vaultToken, 0o604, "everybody may use it"},
		{"empty", " \n", 0o600, "is empty"},
		{"a wrapped sink", `{"token":"x"}`, 0o600, "wrapped or encrypted"},
		{"several words", "one two", 0o600, "more than one word"},
		{"no text", "\xff\x00", 0o600, "more than one word"},
		{"too much", strings.Repeat("x", maxFile+1), 0o600, "larger than"},
	} {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		got, err := readSecret(path, "token")
		if tt.want == "" && (err != nil || got.Reveal() != vaultToken) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.want != "" {
			wantError(t, err, mint.BadSetup, tt.want)
		}
	}
}

// What an AppRole logs in with is shown no more than the token.
func TestVaultHidesTheSecretID(t *testing.T) {
	const secret = "canary-0000-1111"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"errors":["no role with %s"]}`, secret)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), keysource.Source{Vault: &keysource.Vault{Address: server.URL, Mount: "transit", Key: "app", Version: 1,
		AppRole: &keysource.AppRole{RoleID: "role", SecretIDFile: file, Mount: "approle"}}}, nil)
	wantError(t, err, mint.Denied, "no role with …")
}
