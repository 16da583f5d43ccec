package plan

import (
	"fmt"
	"slices"
)

// SpentKey is a private key in a file that something else has now.
type SpentKey struct {
	Hash string // hex SHA-256 of the file that was looked at: no other one goes
	Has  string // what has the key, for people
	// Proved says that a token has come from there. Until then the file stays.
	Proved bool
}

// spend has a private key that nothing asks for go where a token has come without
// its file, and else says that it stays. It never goes where it stood before us, or
// is not as apply wrote it. One that is encrypted goes where the same key stands
// encrypted under another name.
func (d *differ) spend(have File, gone *File, rec Record) (goes bool) {
	key, spent := d.desired.Spent[rec.Path]
	spent = spent && rec.Was == nil && key.Hash == have.Hash && slices.Contains(rec.SHA256, have.Hash)
	twin := d.twin(rec)
	switch {
	case twin != "":
		gone.why = "the same key is at " + twin
		return true
	case spent && key.Proved:
		gone.why = "a token has come from " + key.Has + ": the file is no longer needed"
		return true
	case spent:
		d.notes = append(d.notes, fmt.Sprintf("the %s stays at %s until a token has come from %s by the same key; apply removes it then", rec.Label, rec.Path, key.Has))
	default:
		d.notes = append(d.notes, fmt.Sprintf("the %s stays at %s; destroy --purge-key removes it", rec.Label, rec.Path))
	}
	d.after[rec.Path] = rec
	return false
}

// twin gives the other path at which the key of an encrypted file will stand, or "".
func (d *differ) twin(rec Record) string {
	for path, other := range d.after {
		if rec.Sealed && other.Sealed && path != rec.Path && len(rec.SHA256) == 1 && slices.Equal(rec.SHA256, other.SHA256) {
			return path
		}
	}
	return ""
}
