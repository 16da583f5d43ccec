package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// WritePrivate is Write for a secret: into a directory that is this user's and that no
// other may look into, else it fails with [fs.ErrPermission]. The one that was looked
// at is the one that is written to, even where somebody has put another in its place
// since.
func WritePrivate(path string, data []byte, mode fs.FileMode) error {
	dir, err := OpenPrivate(filepath.Dir(path))
	if err != nil {
		return err
	}
	p, err := placeOf(dir, dir.Name())
	if err != nil {
		return err
	}
	defer p.Close()
	return p.Write(filepath.Base(path), data, mode)
}

// AtPrivate opens a directory as OpenPrivate does, but no link to one.
func AtPrivate(path string) (*Place, error) {
	dir, err := openPrivate(path, unix.O_NOFOLLOW)
	if err != nil {
		return nil, err
	}
	return placeOf(dir, path)
}

// OpenPrivate opens a directory that is this user's and has no permission for others.
// The error is [fs.ErrPermission] where it is not.
func OpenPrivate(path string) (*os.File, error) { return openPrivate(path, 0) }

func openPrivate(path string, flags int) (*os.File, error) {
	dir, err := os.OpenFile(path, flags|os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	info, err := dir.Stat()
	if err == nil && (info.Mode().Perm()&0o077 != 0 || int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid()) {
		err = &fs.PathError{Op: "open as private", Path: path, Err: fs.ErrPermission}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}
