package plan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// pipe runs a program at / with text as its input.
func pipe(t *testing.T, text string, argv ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir = "/"
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s\nof\n%s", strings.Join(argv, " "), err, out, text)
	}
}

// checkPatch holds a's diff to what patch and git make of it.
func checkPatch(t *testing.T, a Action) {
	t.Helper()
	text := a.Diff()
	gitApply := []string{"git", "apply", "--unsafe-paths"}
	if a.After.Privacy == OwnLines {
		gitApply = append(gitApply, "--unidiff-zero")
	}
	put := func() {
		os.Remove(a.Target)
		if a.Before.Kind == Regular {
			write(t, a.Target, string(a.Before.Content), 0o600)
		}
	}
	put()
	pipe(t, text, "patch", "-p1", "--dry-run", "--fuzz=0")
	pipe(t, text, append(gitApply, "--check")...)
	wantResult(t, "nothing", a.Target, a.Before)
	pipe(t, text, "patch", "-p1", "--fuzz=0")
	wantResult(t, "patch", a.Target, a.After)
	put()
	pipe(t, text, gitApply...)
	wantResult(t, "git apply", a.Target, a.After)
}

// wantResult compares the file with what it should be. patch takes a file away
// that has become empty.
func wantResult(t *testing.T, by, path string, want File) {
	t.Helper()
	got, err := os.ReadFile(path)
	gone := err != nil && (want.Kind == Absent || len(want.Content) == 0)
	if err != nil && !gone || string(got) != string(want.Content) || err == nil && want.Kind == Absent {
		t.Errorf("%s left %q, %v, want %s %q", by, got, err, want.Kind, want.Content)
	}
}

func TestPatchReadsDiffs(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "patch")
	testneed.Program(t, "git")
	long := []byte(strings.Repeat("a\n", 20) + "old\n" + strings.Repeat("b\n", 20))
	longer := []byte("top\n" + strings.Repeat("a\n", 20) + "new\nmore\n" + strings.Repeat("b\n", 19))
	for _, name := range []string{"f", "a b", "a  b", "100% $HOME ü", `q"u'o\te`, " lead"} {
		for _, privacy := range []Privacy{Shown, OwnLines} {
			for i, c := range []struct{ before, after []byte }{
				{long, longer},
				{longer, long},
				{[]byte("old\n"), []byte("new\n")},
				{[]byte("old"), []byte("new")},
				{[]byte("old"), []byte("old\nnew")},
				{[]byte("old\nnew"), []byte("old")},
				{[]byte("old\n"), []byte("old")},
				{nil, []byte("new\n")},
				{nil, []byte("new")},
				{[]byte("old\nold\n"), nil},
				{[]byte("old"), nil},
				{[]byte{}, []byte("new\n")},
				{[]byte("old\n"), []byte{}},
				{[]byte("a\r\nb\r\nc\r\n"), []byte("a\r\nc\r\nd\r\n")},
			} {
				t.Run(fmt.Sprintf("%s/%d/%d", name, privacy, i), func(t *testing.T) {
					a := change(privacy, c.before, c.after)
					a.Target = filepath.Join(t.TempDir(), name)
					checkPatch(t, a)
				})
			}
		}
	}
}

func TestPatchReadsAnyDiff(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "patch")
	testneed.Program(t, "git")
	text := func(r *rand.Rand, end string) []byte {
		var lines []string
		for range r.IntN(12) {
			lines = append(lines, names[r.IntN(len(names))])
		}
		if len(lines) == 0 {
			return []byte{}
		}
		return []byte(strings.Join(lines, "\n") + end)
	}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		// Without context, git apply leaves out a newline where a last line without
		// one goes and none comes, so both end alike.
		end := []string{"", "\n"}[r.IntN(2)]
		before, after := text(r, end), text(r, end)
		if string(before) == string(after) {
			continue
		}
		a := change(Privacy(seed%2), before, after)
		a.Target = filepath.Join(t.TempDir(), "f")
		checkPatch(t, a)
	}
}

// What is not shown hides nothing else.
func TestPatchPassesOverSecrets(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "patch")
	testneed.Program(t, "git")
	dir := t.TempDir()
	a := change(Shown, []byte("old\n"), []byte("new\n"))
	a.Target = filepath.Join(dir, "f")
	write(t, a.Target, "old\n", 0o600)
	secret := change(Hidden, []byte("one"), []byte("two"))
	secret.Target = filepath.Join(dir, "key")
	text := secret.Diff() + a.Diff() + secret.Diff()
	pipe(t, text, "git", "apply", "--check", "--unsafe-paths")
	pipe(t, text, "patch", "-p1")
	wantFile(t, a.Target, "new\n", 0o600)
}
