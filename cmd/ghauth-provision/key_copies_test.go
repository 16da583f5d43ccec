package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// What root is told to remove in another's home is removed as that user, who could have
// put a link there.
//
// Fault: neighbour
func TestRootShredsAsTheHolder(t *testing.T) {
	testneed.Root(t)
	const nobody, unknown = 65534, 987654
	dir := t.TempDir()
	own, theirs, lent := filepath.Join(dir, "own.pem"), filepath.Join(dir, "theirs/keys/a b.pem"), filepath.Join(dir, "lent.pem")
	for _, path := range []string{own, theirs, lent} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chown(filepath.Join(dir, "theirs"), nobody, nobody), os.Chown(lent, unknown, unknown)); err != nil {
		t.Fatal(err)
	}
	files := []string{own, theirs, lent}
	want := "shred -u " + own + "; runuser -u nobody -- shred -u '" + theirs + "'; setpriv --reuid=987654 --clear-groups shred -u " + lent
	if got := (&world{}).shred(files); got != want {
		t.Errorf("root is told\n%s\nwant\n%s", got, want)
	}
	if got, want := (&world{uid: nobody}).shred(files), "shred -u "+own+" '"+theirs+"' "+lent; got != want {
		t.Errorf("a user is told\n%s\nwant\n%s", got, want)
	}
}
