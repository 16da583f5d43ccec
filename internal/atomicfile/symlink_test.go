package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestSymlink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "link")
	if err := Symlink("/target", path); err != nil {
		t.Fatal(err)
	}
	if got, err := os.Readlink(path); got != "/target" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := Symlink("/other", path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over what stands: got %v, want %v", err, fs.ErrExist)
	}
}
