package plan

import (
	"cmp"
	"errors"
	"fmt"
)

// want plans for one desired file.
func (d *differ) want(want File) error {
	have := d.at(want.Path)
	rec, known := d.known[want.Path]
	switch {
	case have.Kind == Other && d.masked(want.Path):
		if known {
			d.record(rec, rec)
		}
		return nil
	case want.Kind == Absent:
		return nil // what goes is for removals
	case want.Kind == Link:
		return d.link(have, want)
	case known && !want.fits(rec.Kind):
		return inTheWay(want.Path, "is known to the manifest as another kind of thing ("+string(rec.Kind)+")", "destroy first, then apply")
	case want.Kind == Minted:
		d.minted(have, want)
		return nil
	case want.Kind == Directory:
		return d.directory(have, want)
	}
	if err := d.mayReplace(have); err != nil {
		if c, ok := errors.AsType[*ConflictError](err); ok {
			c.Remedy = cmp.Or(want.Remedy, c.Remedy)
		}
		return err
	}
	switch {
	case have.closed:
		return d.closed(have, want)
	case want.Edit != nil:
		return d.edited(have, want)
	case want.Seal != "":
		return d.sealed(have, want)
	}
	return d.whole(have, want)
}

// fits reports whether a record of the kind can go on with f. A directory that
// others made because of us may become one of our own, and the reverse.
func (f File) fits(kind RecordKind) bool {
	switch {
	case f.Kind == Directory || f.Kind == Minted:
		return kind == OfDirectory || kind == OfMinted
	case f.Edit != nil:
		return kind == OfKeys
	}
	return kind == OfFile
}

// act adds the action that makes have into want, if it takes one.
func (d *differ) act(have, want File) Op {
	want.real = have.real
	switch {
	case want.Mode != 0:
	case have.Kind == Absent:
		want.Mode = want.NewMode
	default:
		want.Mode = have.Mode
	}
	op := fileOp(have, want)
	if op != "" {
		d.files = append(d.files, fileAction(op, have, want))
	}
	return op
}

func fileOp(have, want File) Op {
	switch {
	case want.Kind == Absent && have.Kind == Absent:
		return ""
	case want.Kind == Absent:
		return Remove
	case have.Kind == Absent:
		return Create
	case have.Hash != want.Hash:
		return Change
	case have.Mode != want.Mode:
		return Chmod
	}
	return ""
}

func (d *differ) directory(have, want File) error {
	rec, known := d.known[want.Path]
	next := Record{Path: want.Path, Kind: OfDirectory, Label: want.Label, Mode: Perm(cmp.Or(want.Mode, fsMode(rec.Mode), want.NewMode)), Was: rec.Was}
	switch {
	case have.Kind == Absent:
		want.real, want.Mode = have.real, cmp.Or(want.Mode, want.NewMode)
		d.files = append(d.files, fileAction(Mkdir, have, want))
	case have.Kind == Other && have.Target != "":
		return inTheWay(want.Path, "is a link to "+have.Target+", where nothing is", "make a directory there, or move the link away")
	case have.Kind != Directory:
		return inTheWay(want.Path, "is not a directory", "move it away")
	case want.Mode != 0 && have.UID != d.desired.UID:
		return d.notOurs(have)
	case want.Mode != 0:
		if !known {
			next.Was = &Was{Mode: Perm(have.Mode)}
		}
		d.act(have, want)
	case !known:
		return nil // it stood there before us, and stays as it is
	}
	d.record(next, next)
	return nil
}

// minted records what is made because of us, and takes away what was made for
// another app.
func (d *differ) minted(have, want File) {
	rec, known := d.known[want.Path]
	switch {
	case !known && want.IfNew && have.Kind != Absent:
		return
	case rec.Kind == OfDirectory:
		d.record(rec, rec)
		return
	}
	if known && rec.App != want.App {
		d.gone[want.Path] = File{Path: want.Path, Kind: Absent, Label: rec.Label, Privacy: Hidden, Undo: rec.Undo, minted: true,
			why: fmt.Sprintf("it is of app %s, and becomes that of app %s", rec.App, want.App)}
	}
	if rec.Login != "" && rec.Login != want.Login && have.Kind != Absent {
		d.undo = append(d.undo, Action{Op: rec.Undo, Target: want.Path, Reason: rec.Login + " is no longer asked for"})
	}
	if have.closed && known {
		d.act(have, File{Path: want.Path, Kind: Regular, Mode: 0o600, Label: want.Label, minted: true})
	}
	next := Record{Path: want.Path, Kind: OfMinted, Label: want.Label, Undo: want.Undo, App: want.App, Login: want.Login}
	ahead := next
	if known {
		ahead.App, ahead.Login = rec.App, rec.Login // until it is gone
	}
	d.record(ahead, next)
}

// mayReplace refuses to touch what is no file of the user's own.
func (d *differ) mayReplace(have File) error {
	switch {
	case have.Kind == Other && have.Target != "":
		return inTheWay(have.Path, "is a link to "+have.Target, "move the link away, and apply makes the file; or, to keep what it leads to, "+
			"put a copy in its place (cp --remove-destination), and say --keep PATH if it differs from the spec")
	case have.Kind == Directory || have.Kind == Other:
		return inTheWay(have.Path, "is not a regular file", "move it away")
	case have.Kind == Regular && have.UID != d.desired.UID:
		return d.notOurs(have)
	}
	return nil
}

func (d *differ) notOurs(have File) error {
	return inTheWay(have.Path, fmt.Sprintf("belongs to uid %d, not to %d", have.UID, d.desired.UID), "move it away")
}
