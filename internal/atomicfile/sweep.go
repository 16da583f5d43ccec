package atomicfile

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// fewestDigits is how many a temporary file's name is taken to end in. Fewer are
// hardly ever drawn (os.CreateTemp takes 32 random bits), but may end a name of
// the user's own.
const fewestDigits = 6

// Sweep removes what a killed Write or Mkdir of the paths has left behind, and lists
// each of their directories once. Callers hold a lock that serialises the writers of
// the paths.
func Sweep(paths ...string) error {
	bases := map[string]map[string]bool{} // by directory
	for _, path := range paths {
		dir := filepath.Dir(path)
		if bases[dir] == nil {
			bases[dir] = map[string]bool{}
		}
		bases[dir][filepath.Base(path)] = true
	}
	var errs []error
	for dir, names := range bases {
		p, err := At(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = p.sweep(names)
			p.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Sweep is the function Sweep for names in this directory.
func (p *Place) Sweep(names ...string) error {
	bases := map[string]bool{}
	for _, name := range names {
		bases[name] = true
	}
	return p.sweep(bases)
}

func (p *Place) sweep(bases map[string]bool) error {
	entries, err := p.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() && !e.IsDir() || !Leftover(e.Name(), bases) {
			continue
		}
		flags := 0
		if e.IsDir() {
			flags = unix.AT_REMOVEDIR
		}
		err := unix.Unlinkat(p.fd(), e.Name(), flags)
		if e.IsDir() && err == unix.ENOTEMPTY {
			continue // a killed Mkdir leaves nothing in it
		}
		if err != nil && err != unix.ENOENT {
			return &fs.PathError{Op: "unlink", Path: p.full(e.Name()), Err: err}
		}
	}
	return nil
}

// entries lists the directory.
func (p *Place) entries() ([]fs.DirEntry, error) {
	f, err := p.root.Open(".") // with an offset of its own
	if err != nil {
		return nil, p.named(err)
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// Leftover reports whether name is that of a temporary file for one of bases,
// which may end in digits themselves.
func Leftover(name string, bases map[string]bool) bool {
	rest, ok := strings.CutPrefix(name, ".")
	for end := len(rest); ok && end > 1 && '0' <= rest[end-1] && rest[end-1] <= '9'; end-- {
		if len(rest)-end+1 >= fewestDigits && bases[rest[:end-1]] {
			return true
		}
	}
	return false
}
