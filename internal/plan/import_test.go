package plan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// fakeStore is a KeyStore that has some keys, by name, and takes more.
type fakeStore struct {
	keys     []string
	has, err error // what its answers end with
}

func (f *fakeStore) Has(_ context.Context, k KeyImport) (bool, error) {
	return slices.Contains(f.keys, k.Target), f.has
}

func (f *fakeStore) Import(_ context.Context, k KeyImport) error {
	if f.err == nil {
		f.keys = append(f.keys, k.Target)
	}
	return f.err
}

// A key is imported before anything on the host changes, once; where that fails,
// nothing does; and of a store that cannot be asked nothing is planned.
func TestImport(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "f")
	desired := State{UID: os.Getuid(), Files: []File{{Path: file, Kind: Regular, Mode: 0o600, Content: []byte("x"), Hash: Hash([]byte("x"))}},
		Imports: []KeyImport{{App: "a", Target: "transit/keys/k", Store: "Vault", From: "/pem"}}}
	plan := func(store KeyStore) Plan {
		t.Helper()
		observed, err := Observe(t.Context(), Host{KeyStore: store}, desired)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Diff(observed, desired)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	closed := &fakeStore{err: errAway}
	both := []string{"import key transit/keys/k", "create " + file + " 0600"}
	p := plan(closed)
	wantLines(t, "plan", actions(p), both)
	if got, want := p.Actions[0].Reason, "key of app a, from /pem into Vault, which has none of this name and will give it to nobody"; got != want {
		t.Errorf("the reason is %q, want %q", got, want)
	}
	err := Apply(t.Context(), Host{KeyStore: closed}, p, func(a Action) { t.Errorf("did %s", a.Op) })
	if _, stat := os.Stat(file); !errors.Is(err, errAway) || !errors.Is(stat, os.ErrNotExist) {
		t.Errorf("got %v and %v, want that it ends there and changes nothing", err, stat)
	}

	open := &fakeStore{}
	if err := Apply(t.Context(), Host{KeyStore: open}, plan(open), func(Action) {}); err != nil {
		t.Fatal(err)
	}
	wantLines(t, "once more", actions(plan(open)), nil)

	if observed, err := Observe(t.Context(), Host{KeyStore: &fakeStore{has: errAway}}, desired); err != nil || !errors.Is(observed.Unasked, errAway) {
		t.Errorf("got %v and %v, want that it is away", observed.Unasked, err)
	}
	away := plan(&fakeStore{has: errAway})
	wantLines(t, "of one that is away", actions(away), nil)
	wantLines(t, "notes of one that is away", away.Notes, []string{"whether Vault has the key transit/keys/k was not checked: " + errAway.Error()})
}

// Beside a new manifest, and what leads to it, the import is no part of what is made
// at once.
func TestImportBehindTheFounding(t *testing.T) {
	t.Parallel()
	desired := State{UID: 1, Manifest: manifestPath, Imports: []KeyImport{{Target: "k"}}, Files: []File{
		{Path: filepath.Dir(manifestPath), Kind: Directory, Mode: 0o700}, {Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("x"), Hash: Hash([]byte("x"))}}}
	p, err := Diff(State{}, desired)
	if err != nil {
		t.Fatal(err)
	}
	if p.Founding != 2 || p.Actions[2].Op != ImportKey {
		t.Errorf("%d founding actions of %q", p.Founding, actions(p))
	}
}
