package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A Place is a directory that is held open. What is done in it is done there, even
// where somebody puts another directory in its place meanwhile, or a link: names are
// looked up in what is open (openat(2)), and a link that stands at one is not followed.
type Place struct {
	root *os.Root
	dir  *os.File // the same, for what an os.Root does not do
	path string   // as its user knows it
}

// At opens the directory dir, whatever links lead there.
func At(dir string) (*Place, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	return placeOf(f, dir)
}

// AtReal opens the directory dir, an absolute path that holds no link: one that has come
// up in it is not followed, and the error is unix.ENOTDIR.
func AtReal(dir string) (*Place, error) {
	at := unix.AT_FDCWD
	names := append([]string{"/"}, strings.FieldsFunc(dir, func(r rune) bool { return r == '/' })...)
	for i, name := range names {
		flags := unix.O_PATH // those on the way need not be readable
		if i == len(names)-1 {
			flags = unix.O_RDONLY
		}
		next, err := unix.Openat(at, name, flags|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if i > 0 {
			unix.Close(at)
		}
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
		}
		at = next
	}
	return placeOf(os.NewFile(uintptr(at), dir), dir)
}

// placeOf takes over a directory that is open.
func placeOf(f *os.File, path string) (*Place, error) {
	root, err := os.OpenRoot(pinned(f)) // proc_pid_fd(5)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Place{root, f, path}, nil
}

// pinned is a name of what is open, whatever stands at its path.
func pinned(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// within opens the directory name.
func (p *Place) within(name string) (*Place, error) {
	fd, err := unix.Openat(p.fd(), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	path := filepath.Join(p.path, name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return placeOf(os.NewFile(uintptr(fd), path), path)
}

// Pinned gives a path of name that leads into the directory which is open, until Close.
func (p *Place) Pinned(name string) string { return filepath.Join(pinned(p.dir), name) }

// Lstat tells what stands at name.
func (p *Place) Lstat(name string) (fs.FileInfo, error) {
	info, err := p.root.Lstat(name)
	return info, p.named(err)
}

// Close lets go of the directory.
func (p *Place) Close() error { return errors.Join(p.root.Close(), p.dir.Close()) }

func (p *Place) fd() int { return int(p.dir.Fd()) }

// sync makes durable what was done with names in the directory.
func (p *Place) sync() error { return p.named(p.dir.Sync()) }

// named has an error about a name in the directory tell the whole path.
func (p *Place) named(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return &fs.PathError{Op: plainly(e.Op), Path: p.full(e.Path), Err: e.Err}
	case *os.LinkError:
		return &os.LinkError{Op: plainly(e.Op), Old: p.full(e.Old), New: p.full(e.New), Err: e.Err}
	}
	return err
}

func (p *Place) full(name string) string {
	if name == p.path {
		return name
	}
	return filepath.Join(p.path, filepath.Base(name))
}

// plainly turns "openat" into "open".
func plainly(op string) string { return strings.TrimSuffix(op, "at") }
