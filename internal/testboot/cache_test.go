package testboot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Many ask at once; one builds, and nobody goes on before it is done.
func TestCachedBuildsOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "root")
	var builds int
	build := func(tmp string) error {
		builds++ // the lock keeps this from racing
		return os.WriteFile(filepath.Join(tmp, "file"), nil, 0o600)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := cached(t.Context(), dir, build); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "file")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if builds != 1 {
		t.Errorf("built %d times", builds)
	}
}

// A build that fails leaves nothing, and one that was killed is swept away.
func TestCachedIsWhole(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "root")
	failure := errors.New("no")
	err := cached(t.Context(), dir, func(tmp string) error {
		if err := os.WriteFile(filepath.Join(tmp, "file"), nil, 0o600); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(parent, "*")); len(left) != 1 {
		t.Errorf("left behind: %v; want the lock alone", left)
	}
	if err := os.MkdirAll(filepath.Join(dir+".tmp", "rest"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := cached(t.Context(), dir, func(tmp string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, "*")); rest != nil {
		t.Errorf("from another build: %v", rest)
	}
}

func TestCachedWaitIsCancelled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "root")
	unlock, err := lock(t.Context(), dir+".lock")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = cached(ctx, dir, func(string) error { t.Error("built despite the lock"); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
