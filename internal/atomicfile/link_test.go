package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestNewLink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "link")
	p := at(t, filepath.Dir(path))
	if err := p.NewLink("/target", "link"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.Readlink(path); got != "/target" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := p.NewLink("/other", "link"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over what stands: got %v, want %v", err, fs.ErrExist)
	}
}
