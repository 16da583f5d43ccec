package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
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
