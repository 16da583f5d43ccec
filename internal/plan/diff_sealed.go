package plan

import "slices"

// sealed plans for a key that stands somewhere encrypted. Whether it is still the
// one that is asked for is told by the record alone.
func (d *differ) sealed(have, want File) error {
	rec, known := d.known[want.Path]
	if have.Kind == Regular && !known {
		return inTheWay(want.Path, "is not known to be ours", "move it away")
	}
	next := Record{Path: want.Path, Kind: OfFile, Label: want.Label, Mode: Perm(want.Mode), SHA256: rec.SHA256, App: want.App, Secret: true, Sealed: true}
	ahead := next // of the old one, until the new one stands
	switch from := d.from[want.From]; {
	case from.Kind == Regular:
		next.SHA256 = []string{from.Hash}
	case have.Kind == Absent || len(rec.SHA256) == 0:
		return inTheWay(want.From, "does not exist, and there is no "+want.Label+" yet", "put it there, or correct the spec")
	}
	want.Hash, want.real = next.SHA256[0], have.real
	if op := sealOp(have, want, rec); op != "" {
		d.files = append(d.files, Action{Op: op, Target: want.Path, Reason: want.Label, Before: have, After: want})
	}
	d.record(ahead, next)
	return nil
}

func sealOp(have, want File, rec Record) Op {
	switch {
	case have.Kind == Absent:
		return Create
	case !slices.Contains(rec.SHA256, want.Hash):
		return Change
	case have.Mode != want.Mode:
		return Chmod
	}
	return ""
}
