package refresh

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A neighbour is a process of the same user that puts other things in the place of
// files, and of the directory, while mints are at work: links to what lies elsewhere,
// FIFOs, directories, loose files.
type neighbour struct {
	s       *site
	outside string // a directory of other files, which others may read
	own     map[string]string
	random  *rand.Rand
}

const canary = "canary of the neighbour\n"

func newNeighbour(s *site) *neighbour {
	n := &neighbour{s: s, outside: filepath.Join(filepath.Dir(s.r.Dir), "outside"), random: rand.New(rand.NewPCG(4, 0)),
		own: map[string]string{"github-app.pem": s.read("github-app.pem"), "github-app.env": s.read("github-app.env")}}
	for _, name := range []string{"canary", "github-token.env", "github-token.earlier", "github-app.pem"} {
		if err := errors.Join(os.MkdirAll(n.outside, 0o755), os.WriteFile(filepath.Join(n.outside, name), []byte(canary), 0o644)); err != nil {
			s.Fatal(err)
		}
	}
	return n
}

// race plays tricks until ctx ends, and then leaves all as it should be.
func (n *neighbour) race(ctx context.Context) {
	managed := []string{"github-token.env", "github-token.earlier", ".ghauth.lock", LockdownFile, "github-app.pem", "github-app.env", ""}
	for ctx.Err() == nil {
		path := n.s.path(managed[n.random.IntN(len(managed))])
		if path == n.s.r.Dir {
			n.swapDir()
			continue
		}
		n.trick(path)
		time.Sleep(time.Duration(n.random.IntN(1000)) * time.Microsecond)
		n.mend(path)
		time.Sleep(time.Duration(n.random.IntN(2000)) * time.Microsecond)
	}
}

// trick puts something in the place of path. What fails is a race that was lost.
func (n *neighbour) trick(path string) {
	_ = os.RemoveAll(path)
	target := filepath.Join(n.outside, "canary")
	switch n.random.IntN(7) {
	case 0:
		_ = os.Symlink(target, path)
	case 1:
		_ = os.Symlink(filepath.Join(n.outside, "not-there"), path)
	case 2:
		_ = os.Link(target, path)
	case 3:
		_ = unix.Mkfifo(path, 0o666)
	case 4:
		_ = os.Mkdir(path, 0o777)
	case 5:
		_ = os.WriteFile(path, []byte("GITHUB_TOKEN=ghs_theirs0123456789\n"), 0o666)
		_ = os.Chmod(path, 0o666)
	}
}

func (n *neighbour) mend(path string) {
	_ = os.RemoveAll(path)
	if text, ok := n.own[filepath.Base(path)]; ok {
		_ = os.WriteFile(path+".new", []byte(text), 0o600)
		_ = os.Rename(path+".new", path)
	}
}

// swapDir has a link to elsewhere stand for the directory, for a moment.
func (n *neighbour) swapDir() {
	away := n.s.r.Dir + ".away"
	if os.Rename(n.s.r.Dir, away) != nil {
		return
	}
	_ = os.Symlink(n.outside, n.s.r.Dir)
	time.Sleep(time.Duration(n.random.IntN(1000)) * time.Microsecond)
	_ = os.Remove(n.s.r.Dir)
	_ = os.Rename(away, n.s.r.Dir)
}

// unharmed fails the test where a token lies outside the directory or in a file that
// others may read, or anything outside has changed.
func (n *neighbour) unharmed() {
	n.s.Helper()
	tokens := n.s.github.Minted()
	_ = filepath.WalkDir(filepath.Dir(n.s.r.Dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		inside, loose := filepath.Dir(path) == n.s.r.Dir, info.Mode().Perm()&0o077 != 0
		for _, t := range tokens {
			if strings.Contains(string(data), t.Value) && (!inside || loose) {
				n.s.Errorf("%s, with mode %v, holds a token", path, info.Mode())
			}
		}
		if !inside && (string(data) != canary || info.Mode().Perm() != 0o644) {
			n.s.Errorf("%s, with mode %v, is new or was written to", path, info.Mode())
		}
		return err
	})
}

// A neighbour of the same user can have every token and the key anyway. He cannot have
// them put where others may read them, nor anything of ours written elsewhere.
//
// Fault: neighbour
func TestHostileNeighbour(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err == nil {
		t.Setenv("TMPDIR", "/dev/shm") // there are thousands of fsync(2)
	}
	s := newSite(t, "main")
	n := newNeighbour(s)
	mints := 1000
	if testing.Short() {
		mints = 100
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { n.race(ctx); close(ended) }()
	minted, failed := 0, 0
	for minted < mints && !t.Failed() {
		apps, _ := Apps(s.r.Dir) // without any where the neighbour has it just then
		for _, res := range s.r.Run(ctx, apps, true) {
			if res.Minted {
				minted++
			} else {
				failed++
			}
		}
	}
	cancel()
	<-ended
	n.unharmed()
	t.Logf("%d mints, %d refused", minted, failed)
	if failed < mints/20 {
		t.Errorf("only %d of %d runs met the neighbour", failed, failed+minted)
	}
	s.ok(true)
}
