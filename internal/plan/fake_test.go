package plan

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// fakeUnits is a service manager of which a test gives the answers. It records
// what it was told to do.
type fakeUnits struct {
	unit     func(name string) (systemd.Unit, error)
	unitPath func() ([]string, error)
	err      error // what each order ends with
	told     []string
}

func (f *fakeUnits) Unit(_ context.Context, name string) (systemd.Unit, error) { return f.unit(name) }
func (f *fakeUnits) UnitPath() ([]string, error)                               { return f.unitPath() }
func (f *fakeUnits) Reload(context.Context) error                              { return f.tell("reload", "") }
func (f *fakeUnits) Enable(_ context.Context, path string) error               { return f.tell("enable", path) }
func (f *fakeUnits) Disable(_ context.Context, name string) error              { return f.tell("disable", name) }
func (f *fakeUnits) Start(_ context.Context, name string) error                { return f.tell("start", name) }
func (f *fakeUnits) ResetFailed(_ context.Context, name string) error {
	return f.tell("reset", name)
}
func (f *fakeUnits) Restart(_ context.Context, name string) error { return f.tell("restart", name) }
func (f *fakeUnits) TryRestart(_ context.Context, name string) error {
	return f.tell("try restart", name)
}
func (f *fakeUnits) Stop(_ context.Context, name string) error { return f.tell("stop", name) }

func (f *fakeUnits) tell(verb, what string) error {
	f.told = append(f.told, verb+" "+what)
	return f.err
}

// fakeLogin is a logind of which a test gives the answers.
type fakeLogin struct {
	linger func() (bool, error)
	may    bool
	set    func(on bool) error
}

func (f *fakeLogin) Linger(context.Context) (bool, error)       { return f.linger() }
func (f *fakeLogin) MaySetLinger(context.Context) bool          { return f.may }
func (f *fakeLogin) SetLinger(_ context.Context, on bool) error { return f.set(on) }

// actions writes the actions of a plan as lines: op, target, and the mode where
// the action gives one.
func actions(p Plan) (lines []string) {
	for _, a := range p.Actions {
		line := fmt.Sprintf("%s %s", a.Op, a.Target)
		switch a.Op {
		case Mkdir, Create, Change, Chmod:
			line += fmt.Sprintf(" %04o", a.After.Mode)
		}
		lines = append(lines, line)
	}
	return lines
}

func wantLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// replan observes the host and compares it with desired.
func replan(t *testing.T, desired State) (State, Plan) {
	t.Helper()
	observed, err := Observe(t.Context(), Host{}, desired)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Diff(observed, desired)
	if err != nil {
		t.Fatal(err)
	}
	return observed, p
}

func apply(t *testing.T, p Plan) {
	t.Helper()
	if err := Apply(t.Context(), Host{}, p, func(Action) {}); err != nil {
		t.Fatal(err)
	}
}

// write makes a file with exactly mode, and the directories above it.
func write(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func wantFile(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != content || info.Mode() != mode {
		t.Errorf("%s holds %q with mode %v, want %q with %v", path, got, info.Mode(), content, mode)
	}
}

// appendLine is an Edit that sees to it that a file ends with the line.
func appendLine(line string) func([]byte) ([]byte, error) {
	return func(before []byte) ([]byte, error) {
		if n := len(before) - len(line); n >= 0 && string(before[n:]) == line {
			return before, nil
		}
		return append(slices.Clone(before), line...), nil
	}
}

// fileIn gives what was observed at path.
func fileIn(s State, path string) File {
	for _, f := range s.Files {
		if f.Path == path {
			return f
		}
	}
	return File{Path: path, Kind: Absent}
}
