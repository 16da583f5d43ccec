package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWritePrivate(t *testing.T) {
	for _, tt := range []struct {
		mode fs.FileMode
		want error
	}{{0o700, nil}, {0o750, fs.ErrPermission}, {0o701, fs.ErrPermission}} {
		dir := t.TempDir()
		if err := os.Chmod(dir, tt.mode); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "secret")
		err := WritePrivate(path, []byte("x"), 0o600)
		if !errors.Is(err, tt.want) {
			t.Errorf("in a directory of mode %04o: %v, want %v", tt.mode, err, tt.want)
		}
		info, statErr := os.Stat(path)
		if there := statErr == nil; there != (tt.want == nil) || there && info.Mode() != 0o600 {
			t.Errorf("in a directory of mode %04o: %v, %v", tt.mode, info, statErr)
		}
	}
}

func TestAtPrivateFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "d")
	if err := errors.Join(os.Mkdir(path, 0o700), os.Symlink("d", path+"-link"), os.Mkdir(path+"-open", 0o700), os.Chmod(path+"-open", 0o711)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{path: nil, path + "-link": unix.ENOTDIR, path + "-open": fs.ErrPermission} {
		p, err := AtPrivate(name)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if err == nil {
			p.Close()
		}
	}
}

// Errors name what the user knows.
func TestWritePrivateTells(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(dir, 0o700), os.MkdirAll(filepath.Join(dir, "secret/in"), 0o700)); err != nil {
		t.Fatal(err)
	}
	err := WritePrivate(filepath.Join(dir, "secret"), []byte("x"), 0o600)
	if err == nil || !strings.Contains(err.Error(), dir+"/secret") || strings.Contains(err.Error(), "/proc/") {
		t.Errorf("%v, want %s in it", err, dir+"/secret")
	}
	if err := WritePrivate("/nowhere/secret", nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want %v", err, fs.ErrNotExist)
	}
}
