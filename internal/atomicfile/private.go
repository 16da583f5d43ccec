package atomicfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// WritePrivate is Write for a secret: into a directory that is this user's and that no
// other may look into, else it fails with [fs.ErrPermission]. The one that was looked
// at is the one that is written to (proc_pid_fd(5)), even where somebody has put
// another in its place since.
func WritePrivate(path string, data []byte, mode fs.FileMode) error {
	dir, err := OpenPrivate(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	pinned := fmt.Sprintf("/proc/self/fd/%d", dir.Fd())
	if err := Write(filepath.Join(pinned, filepath.Base(path)), data, mode); err != nil {
		return &pinnedError{err, pinned, dir.Name()}
	}
	return nil
}

// OpenPrivate opens a directory that is this user's and has no permission for others.
// The error is [fs.ErrPermission] where it is not.
func OpenPrivate(path string) (*os.File, error) {
	dir, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY, 0)
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

// A pinnedError names a directory as its user knows it.
type pinnedError struct {
	err          error
	pinned, name string
}

func (e *pinnedError) Error() string { return strings.ReplaceAll(e.err.Error(), e.pinned, e.name) }

func (e *pinnedError) Unwrap() error { return e.err }
