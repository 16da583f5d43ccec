package plan

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// Diff gives the actions that make observed into desired, and what the manifest
// is to say about it. What the manifest knows and nothing asks for is pruned. The
// error is a *ConflictError, or what an Edit said.
func Diff(observed, desired State) (Plan, error) {
	d := newDiffer(observed, desired)
	for _, want := range desired.Files {
		if err := d.want(want); err != nil {
			return Plan{}, err
		}
	}
	for _, rec := range observed.Known.Records {
		if _, wanted := d.wanted[rec.Path]; !wanted && rec.Path != d.backupDir() {
			if err := d.prune(rec); err != nil {
				return Plan{}, err
			}
		}
	}
	if err := d.backups(); err != nil {
		return Plan{}, err
	}
	d.removals()
	d.tellCosts()
	before, after, notes := d.units(d.files)
	takopi, takopiNotes := d.takopi()
	notes, after = append(notes, takopiNotes...), append(after, takopi...)
	p := Plan{
		Notes:     slices.Concat(observed.NotChecked, d.fileNotes(), d.notes, notes),
		Conflicts: d.conflicts, Settled: d.settled, Kept: d.kept,
	}
	undoing := []Op{UninstallPlugin, Revoke, LogOut, ClearGH, RestartTakopi}
	slices.SortStableFunc(d.undo, func(a, b Action) int { return slices.Index(undoing, a.Op) - slices.Index(undoing, b.Op) })
	head, tail := d.split(order(d.files))
	p, err := d.recorded(p, slices.Concat(before, d.undo, head, after), tail)
	p.Actions = slices.Insert(p.Actions, p.Founding, d.imports()...)
	return p, err
}

// A differ collects what has to be done, and what is known when that is done.
type differ struct {
	observed, desired State

	have   map[string]File   // what stands, by path
	from   map[string]File   // what is to be copied, by path
	known  map[string]Record // what the manifest says
	wanted map[string]File   // what is desired
	gone   map[string]File   // what is to go, in the end

	ahead map[string]Record // what the manifest has to say before anything is done
	after map[string]Record // and afterwards

	files, undo []Action
	wheels      []Action          // that go once another one is installed
	moved       map[string]bool   // the keys that stand elsewhere in the end
	keep        map[string]string // the backups to make, with the file of each
	conflicts   []*ConflictError
	settled     []*ConflictError
	kept        []string
	notes       []string
}

func newDiffer(observed, desired State) *differ {
	d := &differ{observed: observed, desired: desired,
		have: map[string]File{}, from: map[string]File{}, known: map[string]Record{}, wanted: map[string]File{}, gone: map[string]File{},
		ahead: map[string]Record{}, after: map[string]Record{}, keep: map[string]string{}, moved: map[string]bool{}}
	for _, f := range slices.Backward(observed.Files) { // of two, the first counts
		if f.source {
			d.from[f.Path] = f
		} else {
			d.have[f.Path] = f
		}
	}
	for _, f := range observed.Files {
		if f.leftover {
			d.gone[f.Path] = File{Path: f.Path, Kind: Absent, Privacy: Hidden, minted: true, why: "an apply that was killed has left it"}
		}
	}
	for _, r := range observed.Known.Records {
		d.known[r.Path] = r
	}
	for _, f := range desired.Files {
		d.wanted[f.Path] = f
		if f.Kind == Absent {
			d.gone[f.Path] = f
		}
	}
	return d
}

func (d *differ) at(path string) File {
	if f, ok := d.have[path]; ok {
		return f
	}
	f := File{Path: path, Kind: Absent}
	if dir, ok := d.have[filepath.Dir(path)]; ok && dir.dir != "" { // one that stands, or is to be made
		f.dir = filepath.Join(dir.dir, filepath.Base(dir.real))
	}
	return f
}

// removes reports whether path is to be absent.
func (d *differ) removes(path string) bool {
	_, ok := d.gone[path]
	return ok
}

// record notes what is known of a path before and after the plan.
func (d *differ) record(ahead, after Record) {
	d.ahead[ahead.Path], d.after[after.Path] = ahead, after
}

// order puts directories first, then what is kept elsewhere, and removals last, of which what
// lies deeper comes before what holds it.
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
		return 3
	case a.After.closing: // no looser before all else in it is gone
		return 4
	case a.After.Kind == Directory:
		return 0
	case a.After.early:
		return 1
	}
	return 2
}

// split takes the actions off the end of files that take the manifest away and
// the directories above it: they come last of all, the modes that directories had
// before us ahead of the manifest. So a destroy that is killed after that leaves, at
// the worst, empty directories that led to the manifest, and no file. Nothing says
// any more that they are ours: the next destroy tells of them, and leaves them.
func (d *differ) split(files []Action) (head, tail []Action) {
	if d.desired.Manifest == "" {
		return files, nil
	}
	var last []Action
	for _, a := range files {
		switch {
		case !within(d.desired.Manifest, a.Target):
			head = append(head, a)
		case a.After.closing:
			tail = append(tail, a)
		case a.Op == Remove:
			last = append(last, a)
		default:
			head = append(head, a)
		}
	}
	return head, append(tail, last...)
}

// within reports whether path is dir or lies below it.
func within(path, dir string) bool {
	for ; len(path) >= len(dir); path = filepath.Dir(path) {
		if path == dir {
			return true
		}
		if path == filepath.Dir(path) {
			break
		}
	}
	return false
}

// fileNotes tells of what stays although it is to go, and of the other names of
// a file that is replaced.
func (d *differ) fileNotes() (notes []string) {
	for _, path := range slices.Sorted(maps.Keys(d.gone)) {
		have := d.at(path)
		if have.Kind == Directory && !d.goes(have) {
			notes = append(notes, path+" stays: it is not empty")
		}
		if !d.gone[path].minted && (have.Kind == Other || have.Kind == Regular && !d.goes(have)) {
			notes = append(notes, path+" stays: it is not what apply put there")
		}
	}
	for _, a := range d.files {
		if a.Op == Change && a.Before.Links > 1 {
			notes = append(notes, fmt.Sprintf("%s has %d hard links: under its other names the old content stays", a.Target, a.Before.Links))
		}
	}
	return notes
}
