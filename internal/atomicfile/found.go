package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Dir is a directory that Found makes.
type Dir struct {
	Path string
	Mode fs.FileMode
}

// foundling ends the names of what Found leaves when it is killed, before the
// digits that make it unique.
const foundling = ".founding"

// Found makes a chain of directories, each in the one before, and a file in the
// last of them, all of them at once: a reader, and a run after a power cut, sees
// everything or nothing.
//
//	mkdir(PARENT/.NAME.founding<digits>), the chain and the file in it, fsync each
//	renameat2(…, PARENT/NAME, RENAME_NOREPLACE)
//	fsync(PARENT)
//
// The first directory's parent must exist, and the first directory must not:
// then the error is fs.ErrExist. What a killed Found left is swept by the next.
func Found(dirs []Dir, file string, data []byte, mode fs.FileMode) (err error) {
	top := dirs[0].Path
	parent := filepath.Dir(top)
	if err := sweepFoundlings(dirs, file); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(parent, "."+filepath.Base(top)+foundling)
	if err != nil {
		return err
	}
	moved := func(path string) string { return tmp + strings.TrimPrefix(path, top) }
	defer func() {
		if err != nil {
			dismantle(dirs, file, moved)
		}
	}()
	if err := fill(dirs, file, data, mode, moved); err != nil {
		return err
	}
	if err := renameNew(tmp, top); err != nil {
		return &os.LinkError{Op: "rename", Old: tmp, New: top, Err: err}
	}
	return syncDir(parent)
}

// renameNew renames a directory to a name that is not taken. Not every file
// system has the flag for that (renameat2(2)); without it, rename(2) refuses a
// directory that holds something, and one that does not may as well be replaced.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if err == unix.EINVAL || err == unix.ENOSYS {
		return unix.Rename(from, to)
	}
	return err
}

// fill makes the chain and the file. Modes come last, and from within: a mode
// may be one that keeps its owner out.
func fill(dirs []Dir, file string, data []byte, mode fs.FileMode, moved func(string) string) error {
	for _, d := range dirs {
		if err := os.Mkdir(moved(d.Path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		// mkdir(2) is subject to the umask.
		if err := os.Chmod(moved(d.Path), 0o700); err != nil {
			return err
		}
	}
	if err := Write(moved(file), data, mode); err != nil {
		return err
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		path := moved(dirs[i].Path)
		if err := syncDir(path); err != nil {
			return err
		}
		if err := os.Chmod(path, dirs[i].Mode); err != nil {
			return err
		}
	}
	return nil
}

// sweepFoundlings removes what a killed Found of the same chain has left.
func sweepFoundlings(dirs []Dir, file string) error {
	top := dirs[0].Path
	entries, err := os.ReadDir(filepath.Dir(top))
	if err != nil {
		return err
	}
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), "."+filepath.Base(top)+foundling)
		if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" || !e.IsDir() {
			continue
		}
		left := filepath.Join(filepath.Dir(top), e.Name())
		dismantle(dirs, file, func(path string) string { return left + strings.TrimPrefix(path, top) })
	}
	return nil
}

// dismantle takes apart what fill has made so far, and nothing else: what it
// cannot remove is no part of it.
func dismantle(dirs []Dir, file string, moved func(string) string) {
	if Sweep(moved(file)) == nil {
		os.Remove(moved(file))
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		unix.Rmdir(moved(dirs[i].Path))
	}
}
