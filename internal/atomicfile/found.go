package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Dir is a directory that Found makes.
type Dir struct {
	Name string
	Mode fs.FileMode
}

// foundling ends the names of what Found leaves when it is killed, before the
// digits that make it unique.
const foundling = ".founding"

// Found makes a chain of directories, each in the one before, and a file in the
// last of them, all of them at once: a reader, and a run after a power cut, sees
// everything or nothing.
//
//	mkdirat(PLACE, .NAME.founding<digits>), the chain and the file in it, fsync each
//	renameat2(…, PLACE, NAME, RENAME_NOREPLACE)
//	fsync(PLACE)
//
// The first directory must not exist: then the error is fs.ErrExist. What a killed
// Found left is swept by the next.
func (p *Place) Found(chain []Dir, file string, data []byte, mode fs.FileMode) (err error) {
	top := chain[0].Name
	if err := p.sweepFoundlings(chain, file); err != nil {
		return err
	}
	tmp, err := p.mkdirTemp("." + top + foundling)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			p.dismantle(tmp, chain, file)
		}
	}()
	if err := p.fill(tmp, chain, file, data, mode); err != nil {
		return err
	}
	if err := p.renameNew(tmp, top); err != nil {
		return &os.LinkError{Op: "rename", Old: p.full(tmp), New: p.full(top), Err: err}
	}
	return p.sync()
}

// renameNew renames a directory to a name that is not taken. Not every file
// system has the flag for that (renameat2(2)); without it, rename(2) refuses a
// directory that holds something, and one that does not may as well be replaced.
func (p *Place) renameNew(from, to string) error {
	err := unix.Renameat2(p.fd(), from, p.fd(), to, unix.RENAME_NOREPLACE)
	if err == unix.EINVAL || err == unix.ENOSYS {
		return unix.Renameat(p.fd(), from, p.fd(), to)
	}
	return err
}

// fill makes the rest of the chain, and the file, in the first of the chain, which has
// another name as yet. Modes come last, and from within: a mode may be one that keeps
// its owner out.
func (p *Place) fill(name string, chain []Dir, file string, data []byte, mode fs.FileMode) error {
	if err := p.chmod(name, 0o700, fs.FileInfo.IsDir); err != nil { // mkdir(2) is subject to the umask
		return err
	}
	within, err := p.within(name)
	if err != nil {
		return err
	}
	defer within.Close()
	if rest := chain[1:]; len(rest) == 0 {
		err = within.Write(file, data, mode)
	} else if err = within.named(within.root.Mkdir(rest[0].Name, 0o700)); err == nil {
		err = within.fill(rest[0].Name, rest, file, data, mode)
	}
	if err == nil {
		err = within.sync()
	}
	if err == nil {
		err = p.chmod(name, chain[0].Mode, fs.FileInfo.IsDir)
	}
	return err
}

// sweepFoundlings removes what a killed Found of the same chain has left.
func (p *Place) sweepFoundlings(chain []Dir, file string) error {
	entries, err := p.entries()
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), "."+chain[0].Name+foundling)
		if ok && digits != "" && strings.Trim(digits, "0123456789") == "" && e.IsDir() {
			p.dismantle(e.Name(), chain, file)
		}
	}
	return err
}

// dismantle takes apart what fill has made so far, and nothing else: what it
// cannot remove is no part of it.
func (p *Place) dismantle(name string, chain []Dir, file string) {
	if within, err := p.within(name); err == nil {
		if rest := chain[1:]; len(rest) > 0 {
			within.dismantle(rest[0].Name, rest, file)
		} else if within.Sweep(file) == nil {
			unix.Unlinkat(within.fd(), file, 0)
		}
		within.Close()
	}
	unix.Unlinkat(p.fd(), name, unix.AT_REMOVEDIR)
}

// RemoveEmpty removes the directories of a chain, each in the one before and the last of
// them first, as far as they are there and hold nothing.
func (p *Place) RemoveEmpty(chain []string) error {
	if rest := chain[1:]; len(rest) > 0 {
		within, err := p.within(chain[0])
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
			return nil
		}
		if err == nil {
			err = within.RemoveEmpty(rest)
			within.Close()
		}
		if err != nil {
			return err
		}
	}
	switch err := unix.Unlinkat(p.fd(), chain[0], unix.AT_REMOVEDIR); err {
	case nil:
		return p.sync()
	case unix.ENOENT, unix.ENOTDIR, unix.ENOTEMPTY:
		return nil
	default:
		return &fs.PathError{Op: "remove", Path: p.full(chain[0]), Err: err}
	}
}
