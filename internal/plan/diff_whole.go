package plan

import (
	"cmp"
	"fmt"
	"slices"
)

// whole plans for a file that apply writes all of.
func (d *differ) whole(have, want File) error {
	want, err := d.source(have, want)
	if err != nil {
		return err
	}
	rec, known := d.known[want.Path]
	created := rec.Created && slices.Contains(rec.SHA256, have.Hash)
	if want.Secret && want.From == want.Path && !created {
		rec, known = Record{}, false // the operator keeps the key where we would
	}
	next := recordOf(want, rec)
	if !known && want.AppIn != nil {
		rec.App = want.AppIn(have.Content)
	}
	if !known {
		next.Was = d.was(have)
		if have.Kind == Regular && have.Hash != want.Hash {
			want.Privacy = Hidden // nobody knows what a stranger's file holds
		}
	}
	switch reason := d.foreign(have, want, rec, next.Was); {
	case rec.keeps(have, want) && !slices.Contains(d.desired.Overwrite, want.Path):
		want = next.keep(rec, rec.Kept, have, want)
		d.kept = append(d.kept, want.Path)
		d.notes = append(d.notes, want.Path+" differs from the spec and is kept, as --keep has said")
	case reason != "":
		if rec.App != want.App && slices.Contains(d.desired.Keep, want.Path) {
			return inTheWay(want.Path, reason, "it cannot be kept: the key would become the other app's; let app "+rec.App+" stand first, or confirm with --rename-apps")
		}
		settled, overwrite := d.conflict(have, want, rec, reason)
		if !settled {
			if known {
				d.record(rec, rec)
			}
			return nil
		}
		if !overwrite {
			want = next.keep(rec, &Kept{have.Hash, want.Hash}, have, want)
			d.kept = append(d.kept, want.Path)
		}
	}
	if op := d.act(have, want); op == Change && next.Was != nil && next.Was.SHA256 == have.Hash {
		d.backUp(have, want, &next)
	}
	if want.Secret && want.From == want.Path && !created {
		return nil
	}
	next.Created = created
	d.recordFile(have, want, rec, next)
	return nil
}

// keep has the operator's version stay, and be known as such.
func (r *Record) keep(rec Record, kept *Kept, have, want File) File {
	r.Kept, r.SHA256, r.Text, r.App = kept, rec.SHA256, rec.Text, cmp.Or(rec.App, want.App)
	want.Hash = have.Hash
	return want
}

// recordFile records a file, and beforehand both what stands and what is to.
func (d *differ) recordFile(have, want File, rec, next Record) {
	ahead := next
	if next.Kept == nil && have.Kind == Regular && have.Hash != want.Hash {
		ahead.SHA256 = []string{have.Hash, want.Hash}
	}
	next.Enabled = rec.Enabled || next.Unit != "" && d.enabledAfter(next.Unit)
	ahead.Enabled = rec.Enabled
	d.record(ahead, next)
}

// recordOf records what want asks for, and remembers what stood there.
func recordOf(want File, rec Record) Record {
	next := Record{Path: want.Path, Kind: OfFile, Label: want.Label, Mode: Perm(want.Mode), SHA256: []string{want.Hash},
		Was: rec.Was, Unit: want.Unit, App: want.App, Secret: want.Secret, Undo: want.Undo, Restart: want.Restart, Environment: want.Environment}
	if want.Privacy == Shown && !want.Secret && len(want.Content) <= maxText {
		next.Text = string(want.Content)
	}
	return next
}

// was tells what stands at a path that is not known yet.
func (d *differ) was(have File) *Was {
	if have.Kind != Regular {
		return nil
	}
	was := &Was{Mode: Perm(have.Mode), SHA256: have.Hash}
	for _, u := range d.desired.Units {
		was.Enabled = was.Enabled || u.Path == have.Path && (d.observed.unit(u.Name).File == "enabled" || d.linked(u.Name))
	}
	return was
}

// foreign says why what stands is not ours to replace, or nothing.
func (d *differ) foreign(have, want File, rec Record, was *Was) string {
	switch {
	case rec.App != "" && want.App != rec.App && !want.Secret:
		return fmt.Sprintf("is of app %s and would become that of app %s: the first app of the spec owns the plain names", rec.App, want.App)
	case have.Kind == Absent || have.Hash == want.Hash || d.desired.Manifest == "":
		return ""
	case d.lastCopy(want, rec) != "":
		return d.lastCopy(want, rec)
	case want.Secret && was != nil && was.SHA256 == have.Hash:
		return "is not the key that the spec names, and stood there before"
	case rec.Was != nil && rec.Was.SHA256 == have.Hash:
		return "" // given back by a destroy that did not come to its end
	case rec.Path != "" && !slices.Contains(rec.SHA256, have.Hash):
		return "has been changed since apply wrote it"
	}
	return ""
}

// keeps reports whether the operator has said to keep just this, against just
// that.
func (r Record) keeps(have, want File) bool {
	return r.Kept != nil && r.Kept.SHA256 == have.Hash && r.Kept.Wanted == want.Hash
}

// source settles what a desired file is to hold.
func (d *differ) source(have, want File) (File, error) {
	if want.From == "" {
		want.Hash = Hash(want.Content)
		return want, nil
	}
	from, seen := d.from[want.From]
	if !seen {
		from = File{Path: want.From, Kind: Absent}
	}
	rec := d.known[want.Path]
	switch elsewhere := d.keyElsewhere(have, want); {
	case from.Kind == Regular:
		want.Hash = from.Hash
		d.moved[elsewhere.Path] = want.Secret && elsewhere.Hash == from.Hash
	case from.Kind != Absent:
		return want, inTheWay(want.From, "is not a regular file", "correct the spec")
	case want.Secret && elsewhere.Path != "":
		return d.move(want, elsewhere), nil
	case have.Kind == Regular && rec.App != "" && rec.App != want.App:
		return want, inTheWay(want.From, fmt.Sprintf("does not exist, and %s is app %s's, not app %s's", want.Path, rec.App, want.App), "put the key of app "+want.App+" there, or correct the spec")
	case have.Kind == Regular:
		want.Hash = have.Hash
	default:
		return want, inTheWay(want.From, "does not exist, and neither does "+want.Path+", so there is no "+want.Label, "put it there, or correct the spec")
	}
	return want, nil
}
