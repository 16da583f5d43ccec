package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// A trial is a random host, and what two specs ask of it.
type trial struct {
	*grower
	root, manifest string
	first          []savedFile
}

// eachTrial runs do for so many hosts, and insists that a third of them can be
// applied to.
func eachTrial(t *testing.T, trials int, do func(t *trial, r *rand.Rand) bool) {
	fit := 0
	for seed := range uint64(trials) {
		root := t.TempDir()
		r := rand.New(rand.NewPCG(seed, 7))
		g := &grower{t: t, r: r, dir: filepath.Join(root, "host"), outside: filepath.Join(root, "outside")}
		for _, dir := range []string{g.dir, g.outside} {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		write(t, filepath.Join(g.outside, "source"), "key", 0o600)
		g.grow(g.dir, 0)
		try := &trial{grower: g, root: root, manifest: filepath.Join(g.dir, "m/n", ManifestName)}
		if r.IntN(3) == 0 {
			write(t, filepath.Join(g.dir, "m/theirs"), "theirs", 0o640)
		}
		try.first = save(t, root)
		if do(try, r) {
			fit++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if fit < trials/3 {
		t.Errorf("%d of %d hosts could be applied to, want a third", fit, trials)
	}
}

// state asks for something at most paths of the tree, and for the manifest.
func (g *trial) state() State {
	s := State{UID: os.Getuid(), Manifest: g.manifest, Keys: tokenEditor{}, Purge: true, Files: []File{
		{Path: filepath.Join(g.dir, "m"), Kind: Directory, NewMode: 0o755},
		{Path: filepath.Join(g.dir, "m/n"), Kind: Directory, Mode: 0o700},
		{Path: filepath.Join(g.dir, "m/n/lock"), Kind: Minted},
	}}
	var ask func(dir string, depth int)
	ask = func(dir string, depth int) {
		for _, name := range names {
			f := g.own(filepath.Join(dir, name), depth)
			if f.Path == "" {
				continue
			}
			s.Files = append(s.Files, f)
			if f.Kind == Directory {
				ask(f.Path, depth+1)
			}
		}
	}
	ask(g.dir, 0)
	return s
}

// own asks for something at path, mostly for what is not in the way of anything.
func (g *trial) own(path string, depth int) File {
	f := File{Path: path, Kind: Regular, Mode: g.mode(0o600, 0o640), Privacy: g.privacy()}
	info, err := os.Stat(path)
	n := g.r.IntN(10)
	switch {
	case err == nil && info.IsDir():
		n = 8
	case err == nil && isLink(path):
		n = 4
	case isLink(path):
		return File{}
	case err == nil && n > 6:
		n = g.r.IntN(7)
	}
	switch {
	case n < 3:
		f.Content = []byte(names[g.r.IntN(len(names))])
	case n == 3:
		f.From, f.Secret = filepath.Join(g.outside, "source"), g.r.IntN(3) == 0
	case n < 6:
		f.Mode, f.NewMode, f.Privacy = 0, 0o640, OwnLines
		f.Keys = names[:1+g.r.IntN(3)]
		f.Edit = setTokens(f.Keys, fmt.Sprint(g.r.IntN(2)))
	case n == 6:
		return File{}
	case n == 7 && err != nil:
		f.Kind, f.Mode, f.IfNew = Minted, 0, g.r.IntN(2) == 0
	case depth < 2:
		f.Kind, f.NewMode, f.Mode = Directory, 0o755, g.mode(0, 0o700)
	default:
		return File{}
	}
	return f
}

func (g *trial) privacy() Privacy { return []Privacy{Shown, Hidden}[g.r.IntN(2)] }

// nothing is what is asked for by a destroy.
func (g *trial) nothing() State {
	return State{UID: os.Getuid(), Manifest: g.manifest, Keys: tokenEditor{}, Purge: true,
		Files: []File{{Path: filepath.Join(g.dir, "m/n/lock"), Kind: Minted}}}
}

// make plans and applies, at most so many actions, and tells whether the plan had
// more. A conflict gives an error.
func (g *trial) make(desired State, limit int) (more bool, err error) {
	if err := Finish("", g.manifest); err != nil {
		g.t.Fatal(err)
	}
	observed, err := Observe(g.t.Context(), Host{}, desired)
	if err != nil {
		g.t.Fatal(err)
	}
	p, err := Diff(observed, desired)
	if err == nil {
		err = p.Conflicted()
	}
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(g.t.Context())
	defer cancel()
	done := 0
	if limit == 0 {
		cancel()
	}
	err = Apply(ctx, Host{}, p, func(Action) {
		if done++; done == limit {
			cancel()
		}
	})
	switch {
	case errors.Is(err, context.Canceled):
		g.leave(p.Actions[done])
		return true, nil
	case err != nil:
		g.t.Fatalf("%v\nplan: %q", err, actions(p))
	}
	return false, nil
}

// leave puts beside a target what a kill between the write of the new file and its
// rename would leave.
func (g *trial) leave(a Action) {
	if a.Op != Create && a.Op != Change {
		return
	}
	path := a.Target
	if a.After.real != "" {
		path = a.After.real
	}
	os.WriteFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"123456"), []byte("half"), 0o600)
}

// mint makes what is recorded as minted.
func (g *trial) mint(desired State) {
	for _, f := range desired.Files {
		if _, err := os.Lstat(f.Path); f.Kind == Minted && errors.Is(err, fs.ErrNotExist) {
			write(g.t, f.Path, fmt.Sprint("minted", g.r.IntN(9)), 0o600)
		}
	}
}

func (g *trial) wantFirst(what string) {
	g.t.Helper()
	wantTree(g.t, what, save(g.t, g.root), g.first)
}

func (g *trial) wantNoPlan(what string, desired State) {
	g.t.Helper()
	if _, p := replan(g.t, desired); !p.Empty() || len(p.Settled) > 0 {
		g.t.Errorf("%s: the plan has %q, want nothing", what, actions(p))
	}
}

func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
