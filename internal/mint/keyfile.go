package mint

import (
	"crypto/rsa"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// ReadKey reads the managed key at path. It refuses a file that others may
// read, that belongs to another user (root's is taken), that is no regular
// file or that is a link out of its directory, and does not block on a FIFO.
// Errors are of kind BadSetup or InvalidKey.
func ReadKey(path string) (*rsa.PrivateKey, error) { return readKey(path, os.Geteuid()) }

// readKey reads the key of the user euid.
func readKey(path string, euid int) (*rsa.PrivateKey, error) {
	f, err := openInDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault(BadSetup, "run `ghauth-provision apply` with the key at the spec's private_key", "the key %s is missing", path)
	case err != nil:
		return nil, unreadable(path, err)
	}
	defer f.Close()
	data, info, err := readRegular(f, MaxKeySize)
	if err != nil {
		return nil, unreadable(path, err)
	}
	uid := info.Sys().(*syscall.Stat_t).Uid
	if err := checkHolder(path, info.Mode().Perm(), int(uid), euid); err != nil {
		return nil, err
	}
	key, err := ParseKey(data)
	return key, at(path, err)
}

func unreadable(path string, err error) error {
	return cause(BadSetup, err, "put the key's file itself there, or run `ghauth-provision apply`", "the key "+path+" cannot be read")
}

// checkHolder refuses a key that someone else than euid and root may read or
// replace. An ACL that grants others shows in the group's bits, as its mask
// (acl(5)).
func checkHolder(path string, mode fs.FileMode, uid, euid int) error {
	if mode&0o077 != 0 {
		return fault(BadSetup, "run `ghauth-provision apply`, or chmod 600 "+path, "the key %s has mode %04o: others may read it", path, mode)
	}
	if uid != 0 && uid != euid {
		return fault(BadSetup, "chown it to the user that mints", "the key %s belongs to uid %d, not to %d", path, uid, euid)
	}
	return nil
}

// ReadKeyFile reads the bytes of a key that is to be imported, whatever its
// mode and owner, and checks them as ParseKey does. Links are followed.
func ReadKeyFile(path string) ([]byte, error) {
	data, _, err := readKeyFile(path)
	return data, err
}

// LoadKeyFile reads a key as ReadKeyFile does, to use it where it lies.
func LoadKeyFile(path string) (*rsa.PrivateKey, error) {
	_, key, err := readKeyFile(path)
	return key, err
}

func readKeyFile(path string) ([]byte, *rsa.PrivateKey, error) {
	data, err := readImport(path)
	if err != nil {
		return nil, nil, cause(BadSetup, err, "check private_key, or next_key, in the spec", "the key to import cannot be read")
	}
	key, err := ParseKey(data)
	if err != nil {
		return nil, nil, at(path, err)
	}
	return data, key, nil
}

func readImport(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, _, err := readRegular(f, MaxKeySize)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return data, nil
}

// openInDir opens path, whose last part may be a link within its directory.
func openInDir(path string) (*os.File, error) {
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.OpenFile(filepath.Base(path), os.O_RDONLY|unix.O_NONBLOCK, 0)
}

// readRegular reads at most one byte more than most of a regular file.
func readRegular(f *os.File, most int64) ([]byte, fs.FileInfo, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errors.New("not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	return data, info, err
}

// at names the file in an error of ParseKey.
func at(path string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Reason = path + ": " + e.Reason
	}
	return err
}
