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
}

// Error names the path and what is wrong there.
func (e *ConflictError) Error() string { return e.Path + " " + e.Reason }

// inTheWay is a conflict that no flag settles.
func inTheWay(path, reason, remedy string) *ConflictError {
	return &ConflictError{Path: path, Reason: reason, Remedy: remedy}
}

// conflict records that have stands where want should, or has the operator's
// word on it: then overwrite tells which.
func (d *differ) conflict(have, want File, rec Record, reason string) (settled, overwrite bool) {
	if slices.Contains(d.desired.Overwrite, want.Path) {
		d.settled = append(d.settled, want.Path)
		return true, true
	}
	if slices.Contains(d.desired.Keep, want.Path) {
		d.settled = append(d.settled, want.Path)
		return true, false
	}
	c := inTheWay(want.Path, reason, "apply --overwrite PATH makes it as the spec says, apply --keep PATH leaves it as it is")
	c.Wrote, c.Stands, c.Wanted = rec.SHA256, have.Hash, want.Hash
	if want.Kind == Absent {
		c.Remedy = "--overwrite PATH takes it away, --keep PATH leaves it as it is"
		c.Wanted = ""
	}
	if want.Privacy == Shown && !want.Secret && want.App == "" && rec.App == "" { // an env file may have been given a token
		c.Changed = unified("as apply wrote it", "as it stands", rec.Text, string(have.Content))
		c.Wants = unified("as it stands", "as the spec asks for it", string(have.Content), string(want.Content))
	}
	d.conflicts = append(d.conflicts, c)
	return false, false
}

// unified compares two versions of one file; nothing where one is not known.
func unified(from, to, before, after string) string {
	if before == "" || after == "" {
		return ""
	}
	text, _ := udiff.ToUnified(from, to, before, udiff.Lines(before, after), udiff.DefaultContextLines)
	return text
}
