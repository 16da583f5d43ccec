package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Append adds line to the file at path, which it makes with mode where it is
// missing. A file that would grow beyond limit bytes first becomes path.1, and the
// one that had that name goes. One write(2) with O_APPEND takes the line, so that
// writers at the same time do not mix (open(2)). It follows no link and does not
// wait: neither for a FIFO's reader, nor for another writer, nor for the disk, so
// that a power cut may take the last seconds' lines.
func Append(path string, line []byte, mode fs.FileMode, limit int64) error {
	return in(path, func(p *Place, name string) error { return p.append(name, line, mode, limit) })
}

func (p *Place) append(name string, line []byte, mode fs.FileMode, limit int64) error {
	f, err := p.openLog(name, mode)
	if err != nil {
		return err
	}
	defer func() { f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", f.Name())
	}
	// Of several writers at the limit one turns the file, and the others write on:
	// the lock dies with f.
	if info.Size() > 0 && info.Size()+int64(len(line)) > limit && unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
		next, err := p.turn(name, info, mode)
		if err != nil {
			return err
		}
		if next != nil {
			f.Close()
			f = next
		}
	}
	_, err = f.Write(line)
	return err
}

func (p *Place) openLog(name string, mode fs.FileMode) (*os.File, error) {
	f, err := p.openToAppend(name, 0, 0)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	f, err = p.openToAppend(name, unix.O_CREAT, 0o600&mode)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(mode), p.sync()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (p *Place) openToAppend(name string, flags int, mode fs.FileMode) (*os.File, error) {
	fd, err := unix.Openat(p.fd(), name, flags|unix.O_WRONLY|unix.O_APPEND|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, uint32(mode))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: p.full(name), Err: err}
	}
	return os.NewFile(uintptr(fd), p.full(name)), nil
}

// turn moves the full file that info is about away and opens a new one, unless
// another writer has done so.
func (p *Place) turn(name string, info fs.FileInfo, mode fs.FileMode) (*os.File, error) {
	now, err := p.root.Lstat(name)
	if err == nil && !os.SameFile(now, info) {
		return p.openLog(name, mode)
	}
	if err := p.root.Rename(name, name+".1"); err != nil {
		return nil, p.named(err)
	}
	return p.openLog(name, mode)
}
