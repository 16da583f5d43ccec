package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff gives the change of a file's text as a unified diff, which patch(1) and,
// with --unidiff-zero, git apply read. Of a secret, and of a binary, it says
// only that it changes, in a line that both pass over. It is empty where no text
// changes.
func (a Action) Diff() string {
	switch a.Op {
	case Create, Change, Remove:
	default:
		return ""
	}
	if a.Before.Kind == Directory || a.After.Kind == Link {
		return ""
	}
	before, after := string(a.Before.Content), string(a.After.Content)
	edits := udiff.Lines(before, after)
	from, to := a.names()
	switch {
	case a.After.Privacy == Hidden:
	case len(edits) == 0:
		return ""
	case a.After.Privacy == Shown:
		// The error is about edits that Lines did not make.
		text, _ := udiff.ToUnified(from, to, before, edits, udiff.DefaultContextLines)
		return text
	case a.After.Privacy == OwnLines:
		if text, ok := a.ownHunks(before, edits); ok {
			return fmt.Sprintf("--- %s\n+++ %s\n%s", from, to, text)
		}
	}
	return a.withoutContent()
}

// withoutContent says that a file changes and, of one that has keys of ours, what
// these change to: they are no secrets, whatever the file holds beside them.
func (a Action) withoutContent() string {
	if len(a.Keys) == 0 {
		return fmt.Sprintf("# %s %s; its content is not shown\n", a.Target, a.hidden())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s; of its content our own keys alone are shown\n", a.Target, a.hidden())
	for _, c := range a.Keys {
		fmt.Fprintf(&b, "# %s\n", c)
	}
	return b.String()
}

// names gives the two file names. A tab ends one that has spaces, else patch
// takes what follows the first for a date.
func (a Action) names() (from, to string) {
	tab := ""
	if strings.Contains(a.Target, " ") {
		tab = "\t"
	}
	from, to = "a"+a.Target+tab, "b"+a.Target+tab
	if a.Before.Kind == Absent {
		from = "/dev/null"
	}
	if a.After.Kind == Absent {
		to = "/dev/null"
	}
	return from, to
}

// ownHunks writes edits without any context. It is not ok where a line would
// show that is not our own: a last line without a newline gets one when more
// follow, and an inline table holds everything in one line.
func (a Action) ownHunks(before string, edits []udiff.Edit) (text string, ok bool) {
	var b strings.Builder
	shift := 0
	for _, e := range edits {
		first := strings.Count(before[:e.Start], "\n") + 1
		gone := slices.Collect(strings.Lines(before[e.Start:e.End]))
		come := slices.Collect(strings.Lines(e.New))
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", extent(first, len(gone)), extent(first+shift, len(come)))
		if !a.show(&b, "-", gone) || !a.show(&b, "+", come) {
			return "", false
		}
		shift += len(come) - len(gone)
	}
	return b.String(), true
}

// extent writes where n lines are. Of no lines it names the line before.
func extent(first, n int) string {
	if n == 0 {
		first--
	}
	return fmt.Sprintf("%d,%d", first, n)
}

func (a Action) show(b *strings.Builder, sign string, lines []string) bool {
	for _, line := range lines {
		text := strings.TrimRight(line, "\r\n")
		if a.After.Own == nil || !a.After.Own(text) {
			return false
		}
		b.WriteString(sign + line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
	return true
}

func (a Action) hidden() string {
	switch {
	case a.Before.Kind == Absent:
		return "is new"
	case a.After.Kind == Absent:
		return "goes"
	default:
		return "changes"
	}
}
