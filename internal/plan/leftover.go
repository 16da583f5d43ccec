package plan

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// observeLeftovers finds what an apply that was killed has left beside the files
// that it was about to write: .NAME and digits, as package atomicfile has it.
func (s *State) observeLeftovers(root Root, wants []File, manifest string) error {
	paths, err := s.writable(root, wants, manifest)
	if err != nil {
		return err
	}
	names := map[string]map[string]bool{} // by directory
	for _, path := range paths {
		dir := filepath.Dir(path)
		if names[dir] == nil {
			names[dir] = map[string]bool{}
		}
		names[dir][filepath.Base(path)] = true
	}
	for dir, bases := range names {
		real, err := root.Real(dir, true)
		if err != nil {
			return err
		}
		entries, err := os.ReadDir(real)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.Type().IsRegular() && !e.IsDir() || !atomicfile.Leftover(e.Name(), bases) {
				continue
			}
			f, err := observeFile(root, File{Path: filepath.Join(dir, e.Name()), Privacy: Hidden}, false)
			if err != nil {
				return err
			}
			if f.Kind == Directory && !empty(filepath.Join(real, e.Name())) {
				continue // a killed Mkdir leaves nothing in it
			}
			f.leftover = true
			s.Files = append(s.Files, f)
		}
	}
	return nil
}

func empty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// writable gives where an apply may have been writing: what is wanted, what is
// known, the backups and the manifest, or what links at these lead to.
func (s State) writable(root Root, wants []File, manifest string) (paths []string, err error) {
	add := func(path string) {
		link, errLink := root.Real(path, false)
		real, errReal := root.Real(path, true)
		if err = cmp.Or(err, errLink, errReal); err == nil && isLink(link) {
			path = root.off(real)
		}
		paths = append(paths, path)
	}
	for _, want := range wants {
		if want.Kind != Minted && want.Kind != Link {
			add(want.Path)
		}
	}
	for _, rec := range s.Known.Records {
		if rec.Was != nil && rec.Was.Backup != "" {
			add(rec.Was.Backup)
		}
	}
	if manifest != "" {
		add(manifest)
	}
	return paths, err
}
