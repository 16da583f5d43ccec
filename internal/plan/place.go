package plan

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// A spot is where an action does its work: a name in a directory that is open.
type spot struct {
	*atomicfile.Place
	name string
	was  fs.FileInfo // what stood there when it was looked at, nil for nothing
}

// spot opens the directory in which the action does its work, once what stands there is as
// the plan found it. Whoever puts a link or another directory in its place after that
// does not lead the action elsewhere. There is none where what is to go has gone by
// itself.
func (a Action) spot(root Root) (*spot, error) {
	was := a.Before
	at, err := a.open(root, a.After.followed() && !a.After.minted, was.dir)
	switch {
	case a.Op == Remove && (a.After.minted || was.Kind == Directory) && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, &MovedError{a.Target}
	case err != nil || a.After.minted: // which comes, changes and goes by itself
		return at, err
	}
	if err := a.unmoved(root, at); err != nil {
		at.Close()
		return nil, err
	}
	if a.Op == Remove && was.link { // to remove a link is never to remove what it leads to
		at.Close()
		return a.open(root, false, "")
	}
	return at, nil
}

// unmoved looks once more at what the action is about to replace.
func (a Action) unmoved(root Root, at *spot) error {
	real, err := root.Real(a.Target, a.After.followed())
	if err != nil {
		return err
	}
	now, err := File{Path: a.Target, Kind: Other, real: real}.look(a.After, at.Pinned(at.name))
	if e, ok := err.(*fs.PathError); ok {
		return &fs.PathError{Op: e.Op, Path: real, Err: e.Err}
	}
	if err != nil {
		return err
	}
	was := a.Before
	if a.Op == Remove && was.Kind == Directory && now.Kind == Absent {
		return nil // as systemctl disable removes the one of its links
	}
	if now.Kind != was.Kind || now.Hash != was.Hash || now.Mode != was.Mode ||
		was.Kind != Absent && (now.real != was.real || filepath.Base(real) != at.name) {
		return &MovedError{a.Target}
	}
	return nil
}

// open opens the directory of where the target leads, unless that is another one than
// it was, and follows no link that has come up on the way since.
func (a Action) open(root Root, follow bool, was string) (*spot, error) {
	real, err := root.Real(a.Target, follow)
	if err != nil {
		return nil, err
	}
	dir := root.dirOf(real)
	if was != "" && dir != was {
		return nil, &MovedError{a.Target}
	}
	place, err := atomicfile.AtReal(dir)
	if errors.Is(err, unix.ENOTDIR) {
		return nil, &MovedError{a.Target}
	}
	if err != nil {
		return nil, err
	}
	at := &spot{Place: place, name: filepath.Base(real)}
	if at.was, err = place.Lstat(at.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		place.Close()
		return nil, err
	}
	return at, nil
}
