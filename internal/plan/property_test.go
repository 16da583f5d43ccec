package plan

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// For any tree and any desired state, an apply either is refused before it
// changes anything, or leaves nothing to do.
func TestApplyLeavesNothingToDo(t *testing.T) {
	applied := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		g := grower{t, r, t.TempDir(), t.TempDir(), 0}
		dir := g.dir
		g.grow(dir, 0)
		desired := g.wish()
		before := snapshot(t, dir)
		observed, err := Observe(t.Context(), Host{}, desired)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		p, err := Diff(observed, desired)
		if err != nil {
			continue // a conflict, and no plan
		}
		if string(snapshot(t, dir)) != string(before) {
			t.Fatalf("seed %d: to observe changed the host", seed)
		}
		if err := Apply(t.Context(), Host{}, p, func(Action) {}); err != nil {
			t.Fatalf("seed %d: %v\nplan: %q\nhost:\n%s", seed, err, actions(p), before)
		}
		applied++
		if _, again := replan(t, desired); !again.Empty() {
			t.Fatalf("seed %d: a second plan has %q\nthe first had %q\nhost:\n%s", seed, actions(again), actions(p), before)
		}
	}
	if applied < 100 {
		t.Errorf("%d of 200 states could be applied, want at least 100", applied)
	}
}

var names = []string{"a", "b", "c"}

// A grower makes a small tree below dir, whose links lead to an outside of it,
// each to a place of its own.
type grower struct {
	t            *testing.T
	r            *rand.Rand
	dir, outside string
	links        int
}

func (g *grower) mode(modes ...fs.FileMode) fs.FileMode { return modes[g.r.IntN(len(modes))] }

// grow fills dir with a few files, directories and links.
func (g *grower) grow(dir string, depth int) {
	for _, name := range names {
		path := filepath.Join(dir, name)
		if g.r.IntN(4) == 0 {
			g.links++
			to := filepath.Join(g.outside, fmt.Sprint(g.links))
			symlink(g.t, to, path)
			path = to
		}
		switch n := g.r.IntN(10); {
		case n < 4:
			write(g.t, path, []string{"a", "b", "c", "a=9;b", "", "key"}[g.r.IntN(6)], g.mode(0o600, 0o644, 0o755|fs.ModeSetuid))
		case n < 8 && depth < 2:
			if err := os.Mkdir(path, 0o700); err != nil {
				g.t.Fatal(err)
			}
			if err := os.Chmod(path, g.mode(0o700, 0o755, 0o755|fs.ModeSetgid|fs.ModeSticky)); err != nil {
				g.t.Fatal(err)
			}
			g.grow(path, depth+1)
		}
	}
}

// wish asks for something at most of the paths of the tree, parents first.
func (g *grower) wish() State {
	s := State{UID: os.Getuid()}
	source := filepath.Join(g.outside, "source")
	write(g.t, source, "key", 0o600)
	var ask func(dir string, gone bool, depth int)
	ask = func(dir string, gone bool, depth int) {
		for _, name := range names {
			f := g.file(filepath.Join(dir, name), source, gone)
			if f.Kind != Absent && gone || f.Kind == Directory && depth == 2 {
				continue
			}
			s.Files = append(s.Files, f)
			if f.Kind != Regular && depth < 2 {
				ask(f.Path, f.Kind == Absent, depth+1)
			}
		}
	}
	ask(g.dir, false, 0)
	return s
}

// file asks for something at path; what lies in a directory that is to go is
// mostly to go as well.
func (g *grower) file(path, source string, gone bool) File {
	f := File{Path: path, Kind: Regular, Mode: g.mode(0o600, 0o640)}
	n := g.r.IntN(12)
	if g.r.IntN(60) > 0 { // else there may be a conflict
		n = fitting(path, n)
	}
	if gone && n > 2 {
		n = 11
	}
	switch {
	case n < 3:
		f.Content = []byte(names[g.r.IntN(len(names))])
	case n < 5:
		f.Mode, f.NewMode, f.Edit = 0, 0o640, appendLine("c")
	case n == 5:
		f.Mode, f.NewMode, f.Edit = 0, 0o640, lost
	case n == 6:
		f.From, f.Privacy = source, Hidden
	case n < 10:
		f.Kind, f.NewMode, f.Mode = Directory, 0o755, g.mode(0, 0o700)
	default:
		f.Kind, f.Mode = Absent, 0
	}
	return f
}

// fitting turns n into a wish that what is at path does not stand in the way of.
func fitting(path string, n int) int {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir() && n < 7:
		return 7
	case err == nil && !info.IsDir() && (isLink(path) || 7 <= n) && n < 10:
		return 3 + n%3
	case err != nil && isLink(path):
		return 11
	}
	return n
}
