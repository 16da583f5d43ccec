package plan

import (
	"os"
	"path/filepath"
	"testing"
)

// What a killed apply has left goes with the next one, a directory as long as
// nothing is in it; what only has such a name stays.
func TestLeftoversGo(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	for _, dir := range []string{".dir1234567", ".dir7654321", ".other1234567"} {
		if err := os.Mkdir(at(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, at(".dir7654321/mine"), "x", 0o600)
	write(t, at(".file1234567"), "x", 0o600)
	want := State{Files: []File{
		{Path: at("dir"), Kind: Directory, NewMode: 0o755},
		{Path: at("file"), Kind: Regular, Mode: 0o600, Content: []byte("new")},
	}}
	observed, err := Observe(t.Context(), Host{}, want)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Diff(observed, want)
	if err != nil {
		t.Fatal(err)
	}
	if err := Apply(t.Context(), Host{}, p, func(Action) {}); err != nil {
		t.Fatal(err)
	}
	for name, stays := range map[string]bool{".dir1234567": false, ".file1234567": false, ".dir7654321": true, ".other1234567": true, "dir": true, "file": true} {
		if _, err := os.Lstat(at(name)); (err == nil) != stays {
			t.Errorf("%s: %v, want that it stays: %t", name, err, stays)
		}
	}
}
