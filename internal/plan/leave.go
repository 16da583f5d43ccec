package plan

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// leavingName is the manifest's name while the directories go that led to it.
const leavingName = "." + ManifestName + ".leaving"

// leave has the last of a plan's actions, which take away the manifest and the
// directories that led to it, begin with a move of the manifest to the directory that
// stays. While it is there, something tells that those directories are ours.
func (p *Plan) leave(manifest string) {
	top := p.Actions[len(p.Actions)-1].Target
	for i, a := range p.Actions {
		if a.Op == Remove && a.Target == manifest && top != manifest {
			p.leaving = filepath.Join(filepath.Dir(top), leavingName)
			p.Actions[i].to = p.leaving
		}
	}
}

// move takes a manifest to where the directory that it was in can go. Where that is
// another file system, it goes at once: the directory is a mount, and will stay.
func move(root Root, from, to string) error {
	to, err := root.Real(to, false)
	if err == nil {
		err = atomicfile.Move(from, to)
	}
	if errors.Is(err, unix.EXDEV) {
		return atomicfile.Remove(from)
	}
	return err
}

// left takes away the manifest that was moved, once all else is gone.
func (p Plan) left(root Root) error {
	if p.leaving == "" {
		return nil
	}
	path, err := root.Real(p.leaving, false)
	if err == nil {
		err = atomicfile.Remove(path)
	}
	return err
}

// Unfinished gives the outermost of the directories that a destroy of this manifest was
// about to take away when it was killed, with nothing else left; or nothing.
func Unfinished(root Root, manifest string) (top string, err error) {
	top, _, err = unfinished(root, manifest)
	return top, err
}

func unfinished(root Root, manifest string) (top, moved string, err error) {
	for dir := filepath.Dir(manifest); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		moved, err := root.Real(filepath.Join(filepath.Dir(dir), leavingName), false)
		if err != nil {
			return "", "", err
		}
		if info, err := os.Lstat(moved); err == nil && info.Mode().IsRegular() {
			return dir, moved, nil
		}
	}
	return "", "", nil
}

// Finish ends what Unfinished tells of. It takes no lock: that is gone.
func Finish(root Root, manifest string) error {
	top, moved, err := unfinished(root, manifest)
	if err != nil || top == "" {
		return err
	}
	if err := removeEmpty(root, filepath.Dir(manifest), top); err != nil {
		return err
	}
	return atomicfile.Remove(moved)
}

// removeEmpty removes directories, from within, as far as they are empty.
func removeEmpty(root Root, dir, top string) error {
	for ; within(dir, top); dir = filepath.Dir(dir) {
		real, err := root.Real(dir, false)
		if err != nil {
			return err
		}
		if info, err := os.Lstat(real); err != nil || !info.IsDir() {
			continue
		}
		if err := atomicfile.Remove(real); err != nil && !errors.Is(err, unix.ENOTEMPTY) {
			return err
		}
	}
	return nil
}
