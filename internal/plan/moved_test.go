package plan

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Each row changes the host between plan and apply.
//
// Fault: changed-meanwhile
func TestApplyRefusesWhatMoved(t *testing.T) {
	for _, test := range []struct {
		name  string
		want  File
		moves func(t *testing.T, path string)
	}{
		{"content", File{Kind: Regular, Mode: 0o600, Content: []byte("new")}, func(t *testing.T, path string) { write(t, path, "theirs", 0o600) }},
		{"mode", File{Kind: Regular, Mode: 0o600, Content: []byte("new")}, func(t *testing.T, path string) { os.Chmod(path, 0o640) }},
		{"mode, of a change of mode", File{Kind: Regular, Mode: 0o640, Content: []byte("old")}, func(t *testing.T, path string) { os.Chmod(path, 0o400) }},
		{"removed", File{Kind: Regular, Mode: 0o600, Content: []byte("new")}, func(t *testing.T, path string) { os.Remove(path) }},
		{"a link in its place", File{Kind: Regular, Mode: 0o600, Content: []byte("new")}, relink},
		{"edited", File{Kind: Regular, Edit: appendLine("new")}, func(t *testing.T, path string) { write(t, path, "theirs", 0o600) }},
		{"edited, a link in its place", File{Kind: Regular, Edit: appendLine("new")}, relink},
		{"edited, a FIFO in its place", File{Kind: Regular, Edit: appendLine("new")}, func(t *testing.T, path string) {
			os.Remove(path)
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"to be removed", File{Kind: Absent}, func(t *testing.T, path string) { write(t, path, "theirs", 0o600) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			write(t, path, "old", 0o600)
			test.want.Path = path
			_, p := replan(t, State{UID: os.Getuid(), Files: []File{test.want}})
			if len(p.Actions) != 1 {
				t.Fatalf("the plan has %q, want one action", actions(p))
			}
			test.moves(t, path)
			wantMoved(t, dir, p, path)
		})
	}
}

// relink moves the file away and puts a link to it, with the same bytes, where it
// was.
func relink(t *testing.T, path string) {
	if err := os.Rename(path, path+"-moved"); err != nil {
		t.Fatal(err)
	}
	symlink(t, filepath.Base(path)+"-moved", path)
}

// A link in the place of a directory, with the same in it where that leads, does not lead
// an apply there; one that the plan has seen does.
//
// Fault: changed-meanwhile
func TestApplyRefusesAnotherDirectory(t *testing.T) {
	for _, want := range []File{
		{Kind: Regular, Mode: 0o600, Content: []byte("new")},
		{Kind: Regular, Mode: 0o640, Content: []byte("old")},
		{Kind: Absent},
		{Kind: Regular, Edit: appendLine("new")},
	} {
		dir := t.TempDir()
		for _, name := range []string{"d", "elsewhere"} {
			write(t, filepath.Join(dir, name, "in/f"), "old", 0o600)
		}
		want.Path = filepath.Join(dir, "d/in/f")
		_, p := replan(t, State{UID: os.Getuid(), Files: []File{want}})
		if len(p.Actions) != 1 {
			t.Fatalf("the plan has %q, want one action", actions(p))
		}
		if err := os.Rename(filepath.Join(dir, "d"), filepath.Join(dir, "away")); err != nil {
			t.Fatal(err)
		}
		symlink(t, "elsewhere", filepath.Join(dir, "d"))
		wantMoved(t, dir, p, want.Path)
		before := snapshot(t, filepath.Join(dir, "elsewhere"))
		_, p = replan(t, State{UID: os.Getuid(), Files: []File{want}})
		apply(t, p)
		if bytes.Equal(before, snapshot(t, filepath.Join(dir, "elsewhere"))) {
			t.Error("a link that the plan has seen leads nowhere")
		}
	}
}

func TestApplyRefusesWhatCameUp(t *testing.T) {
	for _, want := range []File{
		{Kind: Regular, Mode: 0o600, Content: []byte("new")},
		{Kind: Regular, Edit: appendLine("new")},
		{Kind: Directory, NewMode: 0o755},
	} {
		dir := t.TempDir()
		want.Path = filepath.Join(dir, "f")
		_, p := replan(t, State{UID: os.Getuid(), Files: []File{want}})
		write(t, want.Path, "theirs", 0o600)
		wantMoved(t, dir, p, want.Path)
	}
}

func TestApplyRefusesAnotherSource(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	desired := State{UID: os.Getuid(), Files: []File{{Path: filepath.Join(dir, "f"), Kind: Regular, Mode: 0o600, From: key}}}
	write(t, key, "one", 0o600)
	_, p := replan(t, desired)
	write(t, key, "two", 0o600)
	wantMoved(t, dir, p, key)

	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(key, 0o600); err != nil {
		t.Fatal(err)
	}
	err := Apply(t.Context(), Host{}, p, func(Action) {})
	if e, ok := errors.AsType[*fs.PathError](err); !ok || e.Path != key {
		t.Errorf("a FIFO in its place: got %v, want an error that names it", err)
	}
}

// Of a directory there is no hash that could tell.
func TestApplyRefusesAnotherKind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "d")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	_, p := replan(t, State{UID: os.Getuid(), Files: []File{{Path: path, Kind: Absent}}})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(path, 0o700); err != nil {
		t.Fatal(err)
	}
	wantMoved(t, dir, p, path)
}

// wantMoved applies p and wants it to refuse path and to leave dir as it is.
func wantMoved(t *testing.T, dir string, p Plan, path string) {
	t.Helper()
	before := snapshot(t, dir)
	err := Apply(t.Context(), Host{}, p, func(a Action) { t.Errorf("did %s %s", a.Op, a.Target) })
	if e, ok := errors.AsType[*MovedError](err); !ok || e.Path != path {
		t.Errorf("got %v, want that %s moved", err, path)
	}
	if after := snapshot(t, dir); !bytes.Equal(before, after) {
		t.Errorf("the host is\n%s\nand was\n%s", after, before)
	}
}

// snapshot lists all below dir with modes, contents and where links lead.
func snapshot(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(path + " " + info.Mode().String())
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b.WriteString(" " + Hash(content))
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			b.WriteString(" " + to)
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
