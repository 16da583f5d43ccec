package refresh

import (
	"os"
	"path/filepath"
	"testing"
)

// gh's files go when it is logged in nowhere, and no others.
func TestClearGH(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, hosts string
		stay        bool
	}{
		{"no hosts.yml", "absent", false},
		{"empty", "", false},
		{"logged out", "{}\n", false},
		{"logged in", "github.com:\n    oauth_token: x\n", true},
	} {
		dir := t.TempDir()
		files := map[string]string{"config.yml": "version: 1\n", "theirs": ""}
		if test.hosts != "absent" {
			files["hosts.yml"] = test.hosts
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"config.yml", "hosts.yml"} {
			if err := ClearGH(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 3, false: 1}[test.stay]; len(entries) != want {
			t.Errorf("%s: left %v, want %d files", test.name, entries, want)
		}
	}
	if err := ClearGH(filepath.Join(t.TempDir(), "nowhere/hosts.yml")); err != nil {
		t.Errorf("no directory: %v", err)
	}
}

// What is not a file that gh writes is left, and all else with it.
func TestClearGHLeavesOddities(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.yml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "hosts.yml")); err != nil {
		t.Fatal(err)
	}
	if err := ClearGH(filepath.Join(dir, "config.yml")); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "config.yml")); err != nil {
		t.Error(err)
	}
}
