package plan

import (
	"fmt"
	"path/filepath"
	"slices"
)

// file gives the action for one file, or one without an Op where nothing has
// to be done.
func (d differ) file(have, want File) (Action, error) {
	switch want.Kind {
	case Directory:
		return d.directory(have, want)
	case Absent:
		return d.removal(have, want), nil
	}
	if err := d.mayReplace(have); err != nil {
		return Action{}, err
	}
	want, err := d.content(have, want)
	if err != nil {
		return Action{}, err
	}
	want.real = have.real
	switch {
	case want.Mode != 0:
	case have.Kind == Absent:
		want.Mode = want.NewMode
	default:
		want.Mode = have.Mode
	}
	return Action{Op: fileOp(have, want), Target: want.Path, Reason: want.Label, Before: have, After: want}, nil
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

// content settles what a desired file is to hold.
func (d differ) content(have, want File) (File, error) {
	switch {
	case want.Edit != nil:
		after, err := want.Edit(have.Content)
		if err != nil {
			return want, err
		}
		if after == nil && have.link {
			after = []byte{}
		}
		if after == nil {
			want.Kind = Absent
			return want, nil
		}
		want.Content, want.Hash = after, Hash(after)
	case want.From != "":
		from := d.observed.file(want.From)
		switch {
		case from.Kind == Regular:
			want.Hash = from.Hash
		case have.Kind == Regular:
			want.Hash = have.Hash
		case from.Kind == Absent:
			return want, &ConflictError{want.From, "does not exist, and neither does " + want.Path + ", so there is no " + want.Label, "put it there, or correct the spec"}
		default:
			return want, &ConflictError{want.From, "is not a regular file", "correct the spec"}
		}
	default:
		want.Hash = Hash(want.Content)
	}
	return want, nil
}

func (d differ) directory(have, want File) (Action, error) {
	want.real = have.real
	a := Action{Target: want.Path, Reason: want.Label, Before: have, After: want}
	switch {
	case have.Kind == Absent:
		a.Op = Mkdir
		if want.Mode == 0 {
			a.After.Mode = want.NewMode
		}
	case have.Kind != Directory:
		return a, &ConflictError{want.Path, "is not a directory", "move it away"}
	case want.Mode == 0:
	case have.UID != d.desired.UID:
		return a, d.foreign(have)
	case have.Mode != want.Mode:
		a.Op = Chmod
	}
	return a, nil
}

// removal takes away a file, or a directory that holds nothing but what is
// taken away too.
func (d differ) removal(have, want File) Action {
	if !d.goes(have) {
		return Action{}
	}
	return Action{Op: Remove, Target: want.Path, Reason: want.Label, Before: have, After: want}
}

func (d differ) goes(have File) bool {
	if have.Kind != Directory {
		return have.Kind == Regular && have.UID == d.desired.UID
	}
	return !slices.ContainsFunc(have.Names, func(name string) bool {
		path := filepath.Join(have.Path, name)
		return !d.desired.removes(path) || !d.goes(d.observed.file(path))
	})
}

// mayReplace refuses to touch what is no file of the user's own.
func (d differ) mayReplace(have File) error {
	switch {
	case have.Kind == Directory || have.Kind == Other:
		return &ConflictError{have.Path, "is not a regular file", "move it away"}
	case have.Kind == Regular && have.UID != d.desired.UID:
		return d.foreign(have)
	}
	return nil
}

func (d differ) foreign(have File) error {
	return &ConflictError{have.Path, fmt.Sprintf("belongs to uid %d, not to %d", have.UID, d.desired.UID), "move it away"}
}
