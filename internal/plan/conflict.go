package plan

import (
	"slices"

	"github.com/aymanbagabas/go-udiff"
)

// ConflictError says that something stands in the way that is not ours to
// change.
type ConflictError struct {
	Path   string
	Reason string
	Remedy string

	// The three sides, where apply has once written the file: the hashes of what
	// it wrote, of what stands and of what the spec asks for, empty for nothing.
	Wrote          []string
	Stands, Wanted string
	// Changed and Wants are unified diffs: from what apply wrote to what stands,
	// and from what stands to what the spec asks for. They are empty where the
	// file may not be shown.
	Changed, Wants string

	By   Settlement // how it is settled, if it is
	Cost string     // what is lost by that, in words; not of one that is Left
}

// Settlement is how the operator has settled a conflict.
type Settlement string

// The settlements.
const (
	Unsettled   Settlement = ""
	Overwritten Settlement = "overwrite"
	Left        Settlement = "keep"
	Renamed     Settlement = "rename-apps"
)

// Error names the path and what is wrong there.
func (e *ConflictError) Error() string { return e.Path + " " + e.Reason }

// inTheWay is a conflict that no flag settles.
func inTheWay(path, reason, remedy string) *ConflictError {
	return &ConflictError{Path: path, Reason: reason, Remedy: remedy}
}

// conflict records that have stands where want should, or has the operator's
// word on it: then overwrite tells which. An edit is not given up for a new name.
func (d *differ) conflict(have, want File, rec Record, reason string) (settled, overwrite bool) {
	c := inTheWay(want.Path, reason, "--overwrite PATH makes it as the spec says, --keep PATH leaves it as it is")
	c.Wrote, c.Stands, c.Wanted = rec.SHA256, have.Hash, want.Hash
	switch {
	case want.Kind == Absent:
		c.Remedy = "--overwrite PATH takes it away, --keep PATH leaves it as it is"
		c.Wanted = ""
	case want.Secret && changesHands(want, rec):
		c.Remedy = "copy it elsewhere, and then give it up here by --overwrite PATH"
	case changesHands(want, rec) && rec.Path == "":
		c.Remedy = "let app " + rec.App + " stand first, and apply: there is no manifest that says which key is whose"
	case changesHands(want, rec):
		c.Remedy = "let app " + rec.App + " stand first again, or confirm by --rename-apps that the files of apps change their names"
	}
	if want.Privacy == Shown && !want.Secret && want.App == "" && rec.App == "" { // an env file may have been given a token
		c.Changed = unified("as apply wrote it", "as it stands", rec.Text, string(have.Content))
		c.Wants = unified("as it stands", "as the spec asks for it", string(have.Content), string(want.Content))
	}
	renames := !want.Secret && changesHands(want, rec) && (have.Kind == Absent || slices.Contains(rec.SHA256, have.Hash))
	switch {
	case slices.Contains(d.desired.Overwrite, want.Path):
		c.By, c.Cost = Overwritten, costOf(want, rec)
	case d.desired.Rename && renames:
		c.By, c.Cost = Renamed, costOf(want, rec)
	case slices.Contains(d.desired.Keep, want.Path):
		c.By = Left
	default:
		d.conflicts = append(d.conflicts, c)
		return false, false
	}
	d.settled = append(d.settled, c)
	return true, c.By != Left
}

// costOf says what is lost where want is made although something else stands.
func costOf(want File, rec Record) string {
	switch {
	case want.Kind != Absent && !want.Secret && changesHands(want, rec):
		return "it becomes app " + want.App + "'s, and is no longer app " + rec.App + "'s"
	case want.Secret:
		return "the key that stands there is replaced"
	}
	return "the edit that stands there is given up"
}

// tellCosts puts what an overwriting costs beside the action that does it.
func (d *differ) tellCosts() {
	for _, c := range d.settled {
		for i := range d.files {
			if a := &d.files[i]; a.Target == c.Path && c.Cost != "" {
				a.Reason += "; " + c.Cost
			}
		}
	}
}

// unified compares two versions of one file; nothing where one is not known.
func unified(from, to, before, after string) string {
	if before == "" || after == "" {
		return ""
	}
	text, _ := udiff.ToUnified(from, to, before, udiff.Lines(before, after), udiff.DefaultContextLines)
	return text
}
