package plan

import (
	"fmt"
	"slices"
)

// Where apps change places their files change names: the first app owns the plain
// ones. That has to be confirmed, and then each key moves along with its app, since
// what it was imported from may be gone by now.

// changesHands reports whether a file of one app would become another's.
func changesHands(want File, rec Record) bool { return rec.App != "" && rec.App != want.App }

// keyElsewhere gives where the key that is to stand at want's path still stands, as
// the manifest knows it; an empty path where it is in place, or nowhere. What an
// apply that was killed has left in between counts as not in place.
func (d *differ) keyElsewhere(have, want File) File {
	rec := d.known[want.Path]
	if have.Kind == Regular && rec.App == want.App && len(rec.SHA256) == 1 {
		return File{}
	}
	for _, r := range d.observed.Known.Records {
		stands := d.at(r.Path)
		if !r.Secret || r.Path == want.Path || stands.Kind != Regular || stands.UID != d.desired.UID {
			continue
		}
		whose := r.Label == want.Label && len(r.SHA256) == 1
		meant := rec.App == want.App && have.Kind == Absent && slices.Contains(rec.SHA256, stands.Hash)
		if whose || meant {
			return stands
		}
	}
	return File{}
}

// move has a key come from where it stands. Where something else is to stand there,
// it comes before that.
func (d *differ) move(want, from File) File {
	_, stays := d.wanted[from.Path]
	want.From, want.inside, want.early, want.Hash = from.Path, true, stays, from.Hash
	want.why = "it moves here from " + from.Path
	d.moved[from.Path] = true
	return want
}

// lastCopy says why a key may not give way to another app's, or nothing: no app of
// the spec is the one whose it is, and GitHub cannot give it out again.
func (d *differ) lastCopy(want File, rec Record) string {
	if !want.Secret || !changesHands(want, rec) {
		return ""
	}
	for _, f := range d.desired.Files {
		if f.Secret && f.App == rec.App {
			return ""
		}
	}
	return fmt.Sprintf("is the one copy of the key of app %s, which the spec no longer has, and would become that of app %s", rec.App, want.App)
}
