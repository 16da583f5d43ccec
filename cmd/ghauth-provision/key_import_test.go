package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// A file that has changed since it was looked at is not what was planned for: Vault is
// not even asked.
func TestImportOfAnotherFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	_, pem := githubtest.Key(0)
	if err := os.WriteFile(file, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	err := vaultStore{}.Import(t.Context(), plan.KeyImport{From: file, Hash: plan.Hash([]byte("another"))})
	if !is[*plan.MovedError](err) {
		t.Errorf("got %v, want that it has moved", err)
	}
}

// An import is for each app that has its key at that very place.
func TestImportOf(t *testing.T) {
	here := keysource.Vault{Address: "https://v", Mount: "transit", Key: "k"}
	p := plan.Plan{Actions: []plan.Action{{Op: plan.ImportKey, Target: targetIn(here), Import: plan.KeyImport{From: "/pem", Store: storeOf(here)}}}}
	elsewhere, another, space := here, here, here
	elsewhere.Address, another.Key, space.Namespace = "https://w", "l", "ns"
	for name, tt := range map[string]struct {
		vault *keysource.Vault
		want  bool
	}{
		"the place": {&here, true}, "no Vault": {nil, false}, "another Vault": {&elsewhere, false},
		"another name": {&another, false}, "another namespace": {&space, false},
	} {
		app := spec.App{Signer: keysource.Source{Vault: tt.vault}}
		if k, ok := importOf(p, app); ok != tt.want || ok && k.From != "/pem" {
			t.Errorf("%s: got %v, %v, want %v", name, k, ok, tt.want)
		}
	}
}
