// Package atomicfile replaces, makes and removes files so that a reader sees
// the old bytes or the new ones and never anything between, with exact modes
// and durably: what a function of this package reported as done survives a
// power cut.
//
// A replacement is this sequence of system calls:
//
//	open(DIR/.NAME<digits>, O_CREAT|O_EXCL, 0600)  never looser than the result
//	write, fchmod, fsync                            write(2) may clear setuid and setgid
//	rename(DIR/.NAME<digits>, DIR/NAME)
//	fsync(DIR)                                      rename(2) alone may be lost
//
// A process that is killed before the rename leaves .NAME<digits> behind, for the
// Sweep of the next run. It is called once for all the files that a run may write,
// and not by Write: to list a directory for each of its files takes the square of
// their number.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Write replaces path with data. The new file has exactly mode, setuid, setgid and
// sticky included, whatever the umask is and whatever mode an earlier file had. The directory must exist.
func Write(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir))
	if err != nil {
		return err
	}
	// After a successful replacement Cleanup does nothing.
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return syncDir(dir)
}

// Mkdir makes the directory path with exactly mode, at once: one that was made and
// not yet opened would look like somebody's choice to the next run. Its parent must
// exist and path must not. What a killed Mkdir has left is .NAME<digits>, empty.
func Mkdir(path string, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	// Made closed and opened by chmod: mkdir(2) is subject to the umask.
	tmp, err := os.MkdirTemp(dir, "."+filepath.Base(path))
	if err != nil {
		return err
	}
	err = os.Chmod(tmp, mode)
	if err == nil {
		err = renameNew(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return syncDir(dir)
}

// Symlink makes the symbolic link path with a target. Nothing may stand at path.
func Symlink(target, path string) error {
	if err := os.Symlink(target, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Chmod gives path exactly mode. It refuses a symbolic link.
func Chmod(path string, mode fs.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return fmt.Errorf("%s is a symbolic link", path)
	}
	if err := os.Chmod(path, mode); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Move moves the file from to the name to, in a directory of the same file system, and
// replaces what stands there. The error is an *os.LinkError.
func Move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(to)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(from))
}

// Remove removes the file or the empty directory path. That it is gone already is
// no error.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := syncDir(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}
