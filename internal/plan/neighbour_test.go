package plan

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

var neighbourly = flag.Int("neighbourly", 1000, "how many applies and destroys have a hostile neighbour")

const (
	canary = "canary of the neighbour\n"
	secret = "the bytes of a key\n"
)

// A neighbour is a process that puts other things in the place of files and directories
// while an apply is at work, and takes them away before the next one looks: what lies
// at a link then may be somebody's own wish.
type neighbour struct {
	t             *testing.T
	home, outside string
	paths         []string // what is managed
	random        *rand.Rand
	looking       sync.Mutex // held while a plan is made
}

func newNeighbour(t *testing.T, root string, desired State) *neighbour {
	n := &neighbour{t: t, home: filepath.Join(root, "home"), outside: filepath.Join(root, "outside"), random: rand.New(rand.NewPCG(5, 0)),
		paths: []string{desired.Manifest, BackupDir(desired.Manifest)}}
	for _, f := range desired.Files {
		n.paths = append(n.paths, f.Path)
	}
	if err := os.MkdirAll(filepath.Join(n.outside, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(n.paths, filepath.Join(n.home, "canary")) { // of the same names, so that something may meet them
		name := filepath.Base(path)
		for _, path := range []string{name, "." + name + "123456", filepath.Join("full", name)} {
			path = filepath.Join(n.outside, path)
			write(t, path, canary, 0o644)
			if os.Getuid() == 0 { // one whom root could harm
				if err := os.Lchown(path, 65534, 65534); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return n
}

// race plays tricks until ctx ends.
func (n *neighbour) race(ctx context.Context) {
	for ctx.Err() == nil {
		path := n.paths[n.random.IntN(len(n.paths))]
		n.looking.Lock()
		away := filepath.Join(n.outside, "..", "away")
		moved := os.Rename(path, away) == nil
		n.trick(path)
		n.pause()
		_ = os.RemoveAll(path) // what fails is a race that was lost
		if moved {
			_ = os.Rename(away, path)
			_ = os.RemoveAll(away)
		}
		n.looking.Unlock()
		n.pause()
	}
}

func (n *neighbour) pause() { time.Sleep(time.Duration(n.random.IntN(1500)) * time.Microsecond) }

// trick puts something in the place of path, which is not there.
func (n *neighbour) trick(path string) {
	theirs := filepath.Join(n.outside, filepath.Base(path))
	switch n.random.IntN(9) {
	case 0:
		_ = os.Symlink(theirs, path)
	case 1:
		_ = os.Symlink(filepath.Join(n.outside, "full"), path)
	case 2:
		_ = os.Symlink(filepath.Join(n.outside, "empty"), path)
	case 3:
		_ = os.Symlink(filepath.Join(n.outside, "not-there"), path)
	case 4:
		_ = os.Link(theirs, path)
	case 5:
		_ = unix.Mkfifo(path, 0o666)
	case 6:
		_ = os.Mkdir(path, 0o777)
		_ = os.WriteFile(filepath.Join(path, "theirs"), []byte(canary), 0o666)
	case 7:
		_ = os.WriteFile(path, []byte(canary), 0o666)
		_ = os.Chmod(path, 0o666)
	}
}

// plan makes one while the neighbour keeps still, with modes to mend if loose.
func (n *neighbour) plan(desired State, loose bool) (Plan, error) {
	n.looking.Lock()
	defer n.looking.Unlock()
	for _, path := range n.paths {
		if info, err := os.Lstat(path); loose && err == nil && info.Mode()&fs.ModeSymlink == 0 {
			_ = os.Chmod(path, info.Mode().Perm()|0o044)
		}
	}
	if err := Finish("", desired.Manifest); err != nil {
		return Plan{}, err
	}
	observed, err := Observe(n.t.Context(), Host{}, desired)
	if err != nil {
		return Plan{}, err
	}
	p, err := Diff(observed, desired)
	return p, errors.Join(err, p.Conflicted())
}

// unharmed fails the test where the secret lies in a file that others may read.
func (n *neighbour) unharmed() {
	n.t.Helper()
	_ = filepath.WalkDir(n.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, _ := os.ReadFile(path)
		if info, err := d.Info(); err == nil && strings.Contains(string(data), secret) && info.Mode().Perm()&0o077 != 0 {
			n.t.Errorf("%s, with mode %v, holds the key", path, info.Mode())
		}
		return nil
	})
}

// provisioned is a desired state with all that there is of an apply's own, below home.
func provisioned(t *testing.T, root string) (desired, nothing State) {
	home := filepath.Join(root, "home")
	write(t, filepath.Join(home, "keys/app.pem"), secret, 0o600)
	at := func(name string) string { return filepath.Join(home, name) }
	desired = State{UID: os.Getuid(), Manifest: at(".config/takopi/" + ManifestName), Keys: tokenEditor{}, Files: []File{
		{Path: at(".config"), Kind: Directory, NewMode: 0o755},
		{Path: at(".config/takopi"), Kind: Directory, Mode: 0o700},
		{Path: at(".config/units"), Kind: Directory, NewMode: 0o755},
		{Path: at(".config/units/service.d"), Kind: Directory, NewMode: 0o755},
		{Path: at("bin"), Kind: Directory, NewMode: 0o755},
		{Path: at(".takopi"), Kind: Directory, NewMode: 0o700},
		{Path: at(".config/takopi/app.pem"), Kind: Regular, Mode: 0o600, From: at("keys/app.pem"), Privacy: Hidden, Secret: true},
		{Path: at(".config/takopi/app.env"), Kind: Regular, Mode: 0o600, Content: []byte("ID=1\n")},
		{Path: at(".config/takopi/token.env"), Kind: Minted},
		{Path: at(".config/units/service"), Kind: Regular, Mode: 0o644, Content: []byte("[Unit]\n")},
		{Path: at(".config/units/service.d/own.conf"), Kind: Regular, Mode: 0o644, Content: []byte("[Service]\n")},
		{Path: at(".config/units/wants"), Kind: Link, Target: "service", Unit: "service"},
		{Path: at(".config/gitconfig"), Kind: Regular, NewMode: 0o644, Keys: []string{"b"}, Edit: setTokens([]string{"b"}, "1")},
		{Path: at("bin/script"), Kind: Regular, Mode: 0o755, Content: []byte("#!/bin/sh\n")},
		{Path: at("bin/wheel"), Kind: Regular, Mode: 0o644, Content: []byte("PK")},
		{Path: at(".takopi/takopi.toml"), Kind: Regular, NewMode: 0o600, Keys: []string{"a"}, Edit: setTokens([]string{"a"}, "1")},
	}}
	nothing = State{UID: os.Getuid(), Manifest: desired.Manifest, Keys: tokenEditor{}, Purge: true}
	return desired, nothing
}

// A neighbour of the same user can do what that user can. He cannot have an apply or a
// destroy do it: of root, say, or where no other is let in.
//
// Fault: neighbour
func TestHostileNeighbour(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Setenv("TMPDIR", "/dev/shm") // there are thousands of fsync(2)
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	desired, nothing := provisioned(t, root)
	n := newNeighbour(t, root, desired)
	before := save(t, n.outside)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() { n.race(ctx); close(ended) }()
	done, refused := 0, map[bool]int{}
	for i := range *neighbourly {
		want := desired
		if i%3 == 2 {
			want = nothing
		}
		p, err := n.plan(want, i%5 == 0)
		if err == nil {
			err = Apply(ctx, Host{}, p, func(Action) { done++ })
			_ = atomicfile.WritePrivate(filepath.Join(filepath.Dir(desired.Manifest), "token.env"), []byte("T=1\n"), 0o600)
		}
		if err != nil {
			_, moved := errors.AsType[*MovedError](err)
			refused[moved]++
		}
	}
	cancel()
	<-ended
	n.unharmed()
	wantTree(t, "what lies outside", save(t, n.outside), before)
	t.Logf("%d actions done, %d runs refused as the host had moved, %d for another reason", done, refused[true], refused[false])
	if done < *neighbourly || refused[true] < *neighbourly/40 {
		t.Error("that is too few to tell anything")
	}
	n.converges(desired)
}

// converges fails the test unless one more apply, at most with one's word on what the
// neighbour has left, ends where it should.
func (n *neighbour) converges(desired State) {
	for _, f := range desired.Files {
		if f.Kind == Regular {
			desired.Overwrite = append(desired.Overwrite, f.Path)
		}
	}
	for range 2 { // the second for what the first could not read yet
		p, err := n.plan(desired, false)
		if err != nil {
			n.t.Fatalf("with the neighbour gone: %v", err)
		}
		apply(n.t, p)
	}
	if p, err := n.plan(desired, false); err != nil || len(p.Actions) > 0 {
		n.t.Errorf("with the neighbour gone there is still to do: %q, %v", actions(p), err)
	}
	wantFile(n.t, filepath.Join(n.home, ".config/takopi/app.pem"), secret, 0o600)
}
