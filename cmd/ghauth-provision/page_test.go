package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A block is one piece of a page between fences.
type block struct {
	kind string // console, sh or hcl; others are not for a shell
	file string // of hcl: what the text before the block calls it
	text string
}

var (
	fence    = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	fileName = regexp.MustCompile("`([^`\\s]+\\.hcl)`")
)

// blocksOf gives the blocks of a page that can be carried out.
func blocksOf(page string) (out []block) {
	for _, at := range fence.FindAllStringSubmatchIndex(page, -1) {
		b := block{kind: page[at[2]:at[3]], text: page[at[4]:at[5]]}
		if names := fileName.FindAllStringSubmatch(page[:at[0]], -1); b.kind == "hcl" && names != nil {
			b.file = names[len(names)-1][1]
		}
		if b.kind == "console" || b.kind == "sh" || b.file != "" {
			out = append(out, b)
		}
	}
	return out
}

type pageKey struct{}

// reading is how far a story has got in its page.
type reading struct{ done int }

// page carries out the next block of a page of docs, as a reader would: a spec is
// written to its file, and commands are run, each of which has to succeed, or to end
// as its comment says. With rest it carries out all that is left.
//
//	page FILE [rest]
func page(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(filepath.Join(toolsDir(), "docs", args[0]))
	ts.Check(err)
	r, blocks := ts.Value(pageKey{}).(*reading), blocksOf(string(text))
	left := blocks[min(r.done, len(blocks)):]
	if len(left) == 0 {
		ts.Fatalf("%s has no more than %d blocks", args[0], len(blocks))
	}
	if len(args) == 1 {
		left = left[:1]
	}
	for _, b := range left {
		r.done++
		carryOut(ts, b)
	}
}

func carryOut(ts *testscript.TestScript, b block) {
	switch b.kind {
	case "hcl":
		ts.Check(os.WriteFile(ts.MkAbs(b.file), []byte(b.text), 0o644))
	case "sh":
		shell(ts, b.text, nil)
	case "console":
		for _, c := range strings.Split("\n"+strings.ReplaceAll(b.text, "\\\n", " "), "\n$ ")[1:] {
			command, printed, _ := strings.Cut(c, "\n")
			shell(ts, command, strings.Split(strings.TrimSpace(printed), "\n"))
		}
	}
}

var exitComment = regexp.MustCompile(`# exits with (\d+)`)

// shell runs a command of a page, and looks for the lines that the page has it print.
func shell(ts *testscript.TestScript, command string, printed []string) {
	want := 0
	if m := exitComment.FindStringSubmatch(command); m != nil {
		want, _ = strconv.Atoi(m[1])
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec("sh", "-ec", command); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("the page's %q exits with %d, not %d", command, got, want)
	}
	out := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for _, line := range printed {
		if line = strings.TrimSpace(line); line != "…" && !strings.Contains(varying(out), varying(line)) {
			ts.Fatalf("the page's %q does not print a line such as %q", command, line)
		}
	}
}

// fleeting is what is another in every run: tokens, hashes, times, spans and counts.
var fleeting = regexp.MustCompile(`gh[su]_\w+|SHA256:\S+|\b[0-9a-f]{8}\b|[█░]+|\b\d{4}-\d\d-\d\d(T[\d:]+Z)?|\b\d\d:\d\d:\d\d|\b(\d+[dhms])+\b|process \d+|\d+ changes`)

func varying(text string) string { return fleeting.ReplaceAllString(text, "*") }

// TestPages: each page that tells how to do something is carried out by a story of
// its name, to its end.
func TestPages(t *testing.T) {
	pages, err := filepath.Glob("../../docs/how-to/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, file := range append(pages, "../../docs/tutorial.md") {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		story, err := os.ReadFile("testdata/pages/" + name + ".txtar")
		if err != nil || !strings.Contains(string(story), "\npage "+strings.TrimPrefix(file, "../../docs/")+" rest\n") {
			t.Errorf("no story carries %s out to its end: %v", file, err)
		}
	}
}
