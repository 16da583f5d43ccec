package plan

import (
	"fmt"
	"slices"
)

// Diff gives the actions that make observed into desired. The error is a
// *ConflictError, or what an Edit said.
func Diff(observed, desired State) (Plan, error) {
	d := differ{observed, desired}
	var undo, files []Action
	for _, want := range desired.Files {
		have := observed.file(want.Path)
		if have.Kind == Other && d.masked(want.Path) {
			continue
		}
		a, err := d.file(have, want)
		if err != nil {
			return Plan{}, err
		}
		if a.Op == Remove && want.Undo != "" {
			undo = append(undo, Action{Op: want.Undo, Target: want.Path, Reason: want.Label})
		}
		if a.Op != "" {
			files = append(files, a)
		}
	}
	before, after, notes := d.units(files)
	return Plan{
		Actions: slices.Concat(before, undo, order(files), after),
		Notes:   slices.Concat(observed.NotChecked, d.fileNotes(files), notes),
	}, nil
}

type differ struct{ observed, desired State }

// order puts directories first and removals last, of which what lies deeper
// comes before what holds it.
func order(files []Action) []Action {
	slices.SortStableFunc(files, func(a, b Action) int {
		if a.Op == Remove && b.Op == Remove {
			return len(b.Target) - len(a.Target)
		}
		return a.rank() - b.rank()
	})
	return files
}

func (a Action) rank() int {
	switch {
	case a.Op == Remove:
		return 2
	case a.After.Kind == Directory:
		return 0
	}
	return 1
}

// fileNotes tells of what stays although it is to go, and of the other names of
// a file that is replaced.
func (d differ) fileNotes(files []Action) (notes []string) {
	for _, want := range d.desired.Files {
		have := d.observed.file(want.Path)
		if want.Kind == Absent && (have.Kind == Other || have.Kind == Regular && !d.goes(have)) {
			notes = append(notes, have.Path+" stays: it is not what apply put there")
		}
	}
	for _, a := range files {
		if a.Op == Change && a.Before.Links > 1 {
			notes = append(notes, fmt.Sprintf("%s has %d hard links: under its other names the old content stays", a.Target, a.Before.Links))
		}
	}
	return notes
}
