package plan

import (
	"fmt"
	"path/filepath"
	"slices"
)

// An OwnedError says that what stands at Path was made by the set-up whose key
// directory is Dir: another than the one that is to have it now.
type OwnedError struct{ Path, Dir, Wanted string }

// Error names the file and both directories.
func (e *OwnedError) Error() string {
	return fmt.Sprintf("%s is of the set-up in %s, as the manifest there says, and not of one in %s", e.Path, e.Dir, e.Wanted)
}

// Owned refuses, with an *OwnedError, a desired state that would take a file from
// the set-up of another key directory: the file names that directory, and the
// manifest there knows the file. That manifest would never be undone.
func Owned(root Root, desired State) error {
	own := filepath.Dir(desired.Manifest)
	for _, want := range desired.Files {
		if want.Owner == nil {
			continue
		}
		have, err := observeFile(root, File{Path: want.Path, Mode: want.Mode}, want.followed())
		if err != nil {
			return err
		}
		dir := want.Owner(have.Content)
		switch owned, err := owns(root, dir, own, want.Path); {
		case err != nil:
			return err
		case owned:
			return &OwnedError{want.Path, dir, own}
		}
	}
	return nil
}

// owns reports whether dir is another key directory than own, with a manifest that
// knows path. A directory under another name is another one: to the manifest in it,
// all that it has made would be in the wrong place.
func owns(root Root, dir, own, path string) (bool, error) {
	if !filepath.IsAbs(dir) || filepath.Clean(dir) == own {
		return false, nil
	}
	var s State
	err := s.observeManifest(root, filepath.Join(dir, ManifestName))
	return slices.ContainsFunc(s.Known.Records, func(r Record) bool { return samePlace(root, r.Path, path) }), err
}

// samePlace reports whether two paths, or their directories' other names, are one.
func samePlace(root Root, a, b string) bool {
	if a == b || filepath.Base(a) != filepath.Base(b) {
		return a == b
	}
	realA, errA := root.Real(filepath.Dir(a), true)
	realB, errB := root.Real(filepath.Dir(b), true)
	return errA == nil && errB == nil && realA == realB
}
