// Package atomicfile replaces, makes and removes files so that a reader sees
// the old bytes or the new ones and never anything between, with exact modes
// and durably: what a function of this package reported as done survives a
// power cut.
//
// A replacement is this sequence of system calls, in a directory that is open:
//
//	openat(DIR, .NAME<digits>, O_CREAT|O_EXCL, 0600)  never looser than the result
//	write, fchmod, fsync                              write(2) may clear setuid and setgid
//	renameat(DIR, .NAME<digits>, DIR, NAME)
//	fsync(DIR)                                        rename(2) alone may be lost
//
// A process that is killed before the rename leaves .NAME<digits> behind, for the
// Sweep of the next run. It is called once for all the files that a run may write,
// and not by Write: to list a directory for each of its files takes the square of
// their number.
package atomicfile

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// in does something in the directory of path, once it is open.
func in(path string, do func(p *Place, name string) error) error {
	p, err := At(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer p.Close()
	return do(p, filepath.Base(path))
}

// Write replaces path with data. The new file has exactly mode, setuid, setgid and
// sticky included, whatever the umask is and whatever mode an earlier file had. The directory must exist.
func Write(path string, data []byte, mode fs.FileMode) error {
	return in(path, func(p *Place, name string) error { return p.Write(name, data, mode) })
}

// Write is the function Write in this directory.
func (p *Place) Write(name string, data []byte, mode fs.FileMode) error {
	f, err := renameio.NewPendingFile(name, renameio.WithRoot(p.root))
	if err != nil {
		return p.named(err)
	}
	// After a successful replacement Cleanup does nothing.
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return p.named(err)
	}
	if err := f.Chmod(mode); err != nil {
		return p.named(err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return p.named(err)
	}
	return p.sync()
}

// Mkdir makes the directory path with exactly mode, at once: one that was made and
// not yet opened would look like somebody's choice to the next run. Its parent must
// exist and path must not. What a killed Mkdir has left is .NAME<digits>, empty.
func Mkdir(path string, mode fs.FileMode) error {
	return in(path, func(p *Place, name string) error { return p.NewDir(name, mode) })
}

// NewDir is Mkdir in this directory.
func (p *Place) NewDir(name string, mode fs.FileMode) error {
	// Made closed and opened by chmod: mkdir(2) is subject to the umask.
	tmp, err := p.mkdirTemp("." + name)
	if err != nil {
		return err
	}
	if err = p.chmod(tmp, mode, fs.FileInfo.IsDir); err == nil {
		err = p.renameNew(tmp, name)
	}
	if err != nil {
		unix.Unlinkat(p.fd(), tmp, unix.AT_REMOVEDIR)
		return &fs.PathError{Op: "mkdir", Path: p.full(name), Err: err}
	}
	return p.sync()
}

// mkdirTemp makes a directory whose name is prefix and digits.
func (p *Place) mkdirTemp(prefix string) (name string, err error) {
	for {
		name = prefix + strconv.FormatInt(rand.Int64(), 10)
		if err := p.root.Mkdir(name, 0o700); !errors.Is(err, fs.ErrExist) {
			return name, p.named(err)
		}
	}
}

// NewLink makes the symbolic link name with a target. Nothing may stand at name.
func (p *Place) NewLink(target, name string) error {
	if err := p.root.Symlink(target, name); err != nil {
		return &os.LinkError{Op: "symlink", Old: target, New: p.full(name), Err: errors.Unwrap(err)}
	}
	return p.sync()
}

// SetMode gives the file or directory name exactly mode, if it is still the one that was
// looked at: a hard link in its place may be to somebody else's.
func (p *Place) SetMode(name string, mode fs.FileMode, was fs.FileInfo) error {
	if err := p.chmod(name, mode, func(now fs.FileInfo) bool {
		return os.SameFile(was, now) && (now.IsDir() || now.Mode().IsRegular())
	}); err != nil {
		return err
	}
	return p.sync()
}

// chmod changes what it has looked at, and nothing that comes up in its place.
func (p *Place) chmod(name string, mode fs.FileMode, fits func(fs.FileInfo) bool) error {
	fd, err := unix.Openat(p.fd(), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "chmod", Path: p.full(name), Err: err}
	}
	f := os.NewFile(uintptr(fd), p.full(name))
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !fits(info) {
		return &fs.PathError{Op: "chmod", Path: p.full(name), Err: errors.New("it is something else by now")}
	}
	return p.named(withPath(os.Chmod(pinned(f), mode), name)) // fchmod(2) takes no O_PATH
}

// withPath has an error tell another path.
func withPath(err error, path string) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: e.Op, Path: path, Err: e.Err}
	}
	return err
}

// Move moves the file name to another place of the same file system, and replaces what
// has that name there. The error is an *os.LinkError.
func (p *Place) Move(name string, to *Place, as string) error {
	if err := unix.Renameat(p.fd(), name, to.fd(), as); err != nil {
		return &os.LinkError{Op: "rename", Old: p.full(name), New: to.full(as), Err: err}
	}
	if err := to.sync(); err != nil {
		return err
	}
	return p.sync()
}

// Remove removes the file or the empty directory path. That it is gone already is
// no error.
func Remove(path string) error {
	err := in(path, func(p *Place, name string) error { return p.Delete(name) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Delete is Remove in this directory.
func (p *Place) Delete(name string) error {
	if err := p.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p.named(err)
	}
	return p.sync()
}
