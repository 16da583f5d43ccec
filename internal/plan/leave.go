package plan

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// leavingName is the manifest's name while the directories go that led to it.
const leavingName = "." + ManifestName + ".leaving"

// leave has the last of a plan's actions, which take away the manifest and the
// directories that led to it, begin with a move of the manifest to the directory that
// stays. While it is there, something tells that those directories are ours.
func (p *Plan) leave(manifest string) {
	top := p.Actions[len(p.Actions)-1]
	for i, a := range p.Actions {
		if a.Op == Remove && a.Target == manifest && top.Target != manifest {
			p.leaving = Action{Op: Remove, Target: filepath.Join(filepath.Dir(top.Target), leavingName), Before: File{dir: top.Before.dir}}
			p.Actions[i].to = &p.leaving
		}
	}
}

// move takes a manifest to where the directory that it was in can go. Where that is
// another file system, it goes at once: the directory is a mount, and will stay.
func (a Action) move(root Root, at *spot) error {
	to, err := a.to.open(root, false, a.to.Before.dir)
	if err != nil {
		return err
	}
	defer to.Close()
	err = at.Move(at.name, to.Place, to.name)
	if errors.Is(err, unix.EXDEV) {
		return at.Delete(at.name)
	}
	return err
}

// left takes away the manifest that was moved, once all else is gone.
func (p Plan) left(root Root) error {
	if p.leaving.Target == "" {
		return nil
	}
	at, err := p.leaving.open(root, false, p.leaving.Before.dir)
	if err != nil {
		return err
	}
	defer at.Close()
	return at.Delete(at.name)
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
	place, err := atomicfile.AtReal(root.dirOf(moved))
	if err != nil {
		return err
	}
	defer place.Close()
	if err := place.RemoveEmpty(parts(strings.TrimPrefix(filepath.Dir(manifest), filepath.Dir(top)))); err != nil {
		return err
	}
	return place.Delete(filepath.Base(moved))
}
