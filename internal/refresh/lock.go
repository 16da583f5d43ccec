package refresh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Lock takes the one lock of a config directory, which all who write there
// share: timer, chat, people and apply. It waits until ctx ends, which gives a
// *BusyError. The kernel frees it when its holder dies (flock(2)), so that it
// is never stale. [Refresher.Run] takes it itself: its caller must not hold it.
func Lock(ctx context.Context, dir string) (unlock func(), err error) {
	d, err := openDir(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	unlock, _, err = lock(ctx, d)
	return unlock, err
}

// openDir opens a directory, and nothing else: to open a FIFO may take for ever.
func openDir(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY, 0)
}

// lock also tells since when the holder that it had to wait for had the lock;
// zero if the lock was free.
func lock(ctx context.Context, dir *os.File) (unlock func(), held time.Time, err error) {
	const name = ".ghauth.lock"
	path := filepath.Join(dir.Name(), name)
	f, err := openLock(dir, name)
	if err != nil {
		return nil, held, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	if held, err = wait(ctx, f); err != nil {
		f.Close()
		return nil, held, err
	}
	return func() { f.Close() }, held, nil
}

// openLock opens the lock, or makes it, with the mode that a umask may withhold, and that
// the next run needs. The mode of what stands there is left: it may be a hard link to
// somebody's file.
func openLock(dir *os.File, name string) (*os.File, error) {
	const flags = unix.O_RDWR | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	for {
		made := false
		fd, err := unix.Openat(int(dir.Fd()), name, flags, 0)
		if err == unix.ENOENT {
			fd, err = unix.Openat(int(dir.Fd()), name, flags|unix.O_CREAT|unix.O_EXCL, 0o600)
			made = true
		}
		if made && err == unix.EEXIST {
			continue // another has just made it
		}
		if err != nil {
			return nil, err
		}
		f := os.NewFile(uintptr(fd), filepath.Join(dir.Name(), name))
		if made {
			err = f.Chmod(0o600)
		}
		if err != nil {
			f.Close()
		}
		return f, err
	}
}

// wait polls: flock(2) itself would wait beyond the end of ctx.
func wait(ctx context.Context, f *os.File) (held time.Time, err error) {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return held, touch(f)
		case !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR):
			return held, fmt.Errorf("lock %s: %w", f.Name(), err)
		case held.IsZero():
			if held, err = taken(f); err != nil {
				return held, err
			}
		}
		select {
		case <-ctx.Done():
			return held, &BusyError{f.Name()}
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// touch sets the ctime, which taken reads, and nothing else.
func touch(f *os.File) error {
	info, err := f.Stat()
	if err == nil {
		err = f.Chmod(info.Mode())
	}
	return err
}

// taken tells when the lock was taken last.
func taken(f *os.File) (time.Time, error) {
	info, err := f.Stat()
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(info.Sys().(*syscall.Stat_t).Ctim.Unix()), nil
}
