package plan

import (
	"strings"
	"testing"
)

// ours takes lines of letters alone for our own.
func ours(line string) bool { return strings.Trim(line, "abcdefghijklmnopqrstuvwxyz") == "" }

// change is the action that turns before into after at /f; nil is no file.
func change(privacy Privacy, before, after []byte) Action {
	a := Action{Op: Change, Target: "/f", Before: File{Kind: Regular, Content: before}, After: File{Kind: Regular, Content: after, Privacy: privacy, Own: ours}}
	if before == nil {
		a.Op, a.Before.Kind = Create, Absent
	}
	if after == nil {
		a.Op, a.After.Kind = Remove, Absent
	}
	return a
}

func TestDiffText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		privacy       Privacy
		before, after []byte
		want          string
	}{
		{"shown", Shown, []byte("1\n2\n3\n4\n5\nold\n"), []byte("1\n2\n3\n4\n5\nnew\n"),
			"--- a/f\n+++ b/f\n@@ -3,4 +3,4 @@\n 3\n 4\n 5\n-old\n+new\n"},
		{"new", Shown, nil, []byte("1\n"), "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+1\n"},
		{"removed", Shown, []byte("1\n"), nil, "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"},
		{"new and empty", Shown, nil, []byte{}, ""},
		{"same", Shown, []byte("1\n"), []byte("1\n"), ""},

		{"own", OwnLines, []byte("1\nold\n3\n"), []byte("1\nnew\n3\nmore\n"),
			"--- a/f\n+++ b/f\n@@ -2,1 +2,1 @@\n-old\n+new\n@@ -3,0 +4,1 @@\n+more\n"},
		{"own at the start", OwnLines, []byte("1\n"), []byte("new\n1\n"), "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+new\n"},
		{"own, last without a newline", OwnLines, []byte("1\nold"), []byte("1\nnew"),
			"--- a/f\n+++ b/f\n@@ -2,1 +2,1 @@\n-old\n\\ No newline at end of file\n+new\n\\ No newline at end of file\n"},
		{"own with CRLF", OwnLines, []byte("1\r\nold\r\n"), []byte("1\r\n"), "--- a/f\n+++ b/f\n@@ -2,1 +1,0 @@\n-old\r\n"},
		{"own and new", OwnLines, nil, []byte("new\n"), "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+new\n"},
		{"own and removed", OwnLines, []byte("old\n"), nil, "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-old\n"},
		{"own and the same", OwnLines, []byte("1\n"), []byte("1\n"), ""},

		{"secret", Hidden, nil, nil, "# /f changes; its content is not shown\n"},
		{"secret is new", Hidden, nil, []byte("1\n"), "# /f is new; its content is not shown\n"},
		{"secret goes", Hidden, []byte("1\n"), nil, "# /f goes; its content is not shown\n"},
		{"a last line that gets a newline", OwnLines, []byte("1"), []byte("1\nnew\n"), "# /f changes; its content is not shown\n"},
		{"a last line that loses one", OwnLines, []byte("1\nold\n"), []byte("1"), "# /f changes; its content is not shown\n"},
		{"a line with more in it", OwnLines, []byte("old = 1\n"), []byte("new\n"), "# /f changes; its content is not shown\n"},
		{"a line that gets more", OwnLines, []byte("old\n"), []byte("new = 1\n"), "# /f changes; its content is not shown\n"},
	} {
		a := change(test.privacy, test.before, test.after)
		if test.before == nil && test.after == nil { // as the contents of secrets are never read
			a.Op, a.Before.Kind, a.After.Kind = Change, Regular, Regular
		}
		if got := a.Diff(); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// Where no line can be shown, our own keys are, and patch passes them over.
func TestDiffOfKeys(t *testing.T) {
	t.Parallel()
	a := change(OwnLines, []byte("1"), []byte("1\nnew\n"))
	a.Keys = []KeyChange{{"new", "", `"x"`}, {"old", "5", "6"}, {"gone", "7", ""}}
	want := "# /f changes; of its content our own keys alone are shown\n# new: none to \"x\"\n# old: 5 to 6\n# gone: 7 to none\n"
	if got := a.Diff(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	a = change(OwnLines, []byte("1\n"), []byte("1\nnew\n"))
	a.Keys = []KeyChange{{"new", "", "1"}}
	if got, want := a.Diff(), "--- a/f\n+++ b/f\n@@ -1,0 +2,1 @@\n+new\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// No line may be shown of which nobody said that it is ours.
func TestDiffShowsNoLineUnasked(t *testing.T) {
	t.Parallel()
	a := change(OwnLines, []byte("old\n"), []byte("new\n"))
	a.After.Own = nil
	if got, want := a.Diff(), "# /f changes; its content is not shown\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDiffOfOtherActions(t *testing.T) {
	t.Parallel()
	for _, a := range []Action{
		{Op: Chmod, Target: "/f", Before: regular("/f", "x"), After: regular("/f", "y")},
		{Op: Mkdir, Target: "/f", Before: File{Kind: Absent}, After: directory("/f")},
		{Op: Remove, Target: "/f", Before: directory("/f"), After: File{Kind: Absent, Privacy: Hidden}},
		{Op: Reload, Target: "systemd --user"},
	} {
		if got := a.Diff(); got != "" {
			t.Errorf("%s: got %q, want nothing", a.Op, got)
		}
	}
}
