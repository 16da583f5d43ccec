package plan

import (
	"fmt"
	"slices"
)

// link plans for a link that enables a unit where no systemd is there to make it.
// It is recorded as what systemd makes is, so that systemd may go on with it.
func (d *differ) link(have, want File) error {
	rec, known := d.known[want.Path]
	switch {
	case known && rec.Kind != OfMinted:
		return inTheWay(want.Path, "is known to the manifest as another kind of thing ("+string(rec.Kind)+")", "destroy first, then apply")
	case have.Kind == Absent && d.known[want.Target].Enabled:
		d.notes = append(d.notes, fmt.Sprintf("%s is gone although an apply enabled %s: left as it is", want.Path, want.Unit))
	case have.Kind == Absent:
		d.files = append(d.files, fileAction(Create, have, want))
	case have.Kind != Link || have.Target != want.Target:
		return inTheWay(want.Path, "is not a link to "+want.Target, "move it away")
	case !known:
		return nil // it stood there before us, and stays
	}
	next := Record{Path: want.Path, Kind: OfMinted, Label: want.Label}
	d.record(next, next)
	return nil
}

// linkOf gives the desired link that enables the unit name.
func (d *differ) linkOf(name string) File {
	i := slices.IndexFunc(d.desired.Files, func(f File) bool { return f.Kind == Link && f.Unit == name })
	if i < 0 {
		return File{}
	}
	return d.desired.Files[i]
}

// linked reports whether a link enables the unit name already.
func (d *differ) linked(name string) bool {
	link := d.linkOf(name)
	return link.Path != "" && d.at(link.Path).Kind == Link
}
