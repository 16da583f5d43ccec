package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/rogpeppe/go-internal/testscript"
)

// A block is one piece of a page between fences.
type block struct {
	kind string
	line int    // where it begins
	file string // of hcl: what the text before the block calls it
	text string
}

var (
	fence    = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	fileName = regexp.MustCompile("`([^`\\s]+\\.hcl)`")
)

// carried are the kinds of blocks that the command page carries out.
var carried = []string{"console", "sh", "hcl"}

// blocksOf gives the blocks of a page, or those of some kinds.
func blocksOf(page string, kinds ...string) (out []block) {
	for _, at := range fence.FindAllStringSubmatchIndex(page, -1) {
		b := block{kind: page[at[2]:at[3]], line: 1 + strings.Count(page[:at[0]], "\n"), text: page[at[4]:at[5]]}
		if names := fileName.FindAllStringSubmatch(page[:at[0]], -1); b.kind == "hcl" && names != nil {
			b.file = names[len(names)-1][1]
		}
		if kinds == nil || slices.Contains(kinds, b.kind) {
			out = append(out, b)
		}
	}
	return out
}

// commandsIn splits a block of a console into its commands, each with its prompt and
// the lines that it has printed. There are none where it does not begin with one.
func commandsIn(console string) (commands [][3]string) {
	console = strings.ReplaceAll(console, "\\\n", " ")
	if !strings.HasPrefix(console, "$ ") && !strings.HasPrefix(console, "# ") {
		return nil
	}
	for _, m := range prompted.FindAllStringSubmatch(console, -1) {
		commands = append(commands, [3]string(m[1:]))
	}
	return commands
}

// prompted finds a command behind root's prompt or another's, and all lines until the
// next one.
var prompted = regexp.MustCompile(`(?m)^([$#]) (.+)\n((?:[^$#\n].*\n|[$#][^ ].*\n|\n)*)`)

type pageKey struct{}

// reading is how far a story has got in its pages.
type reading map[string]int

// page carries out the next block of a page of docs, as a reader would: a spec is
// written to its file, and commands are run, each of which has to succeed, or to end
// as its comment says, and to print what stands below it.
//
//	page FILE                the next block
//	page FILE rest           all that is left
//	page FILE skip           none: the next block is another story's
//	page FILE shows FILE...  none: the lines of the next block are in these, or stdout, or stderr
func page(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(filepath.Join(toolsDir(), "docs", args[0]))
	ts.Check(err)
	read, blocks := ts.Value(pageKey{}).(reading), blocksOf(string(text), carried...)
	left := blocks[min(read[args[0]], len(blocks)):]
	if len(left) == 0 {
		ts.Fatalf("%s has no more than %d blocks", args[0], len(blocks))
	}
	how := strings.Join(args[1:], " ")
	if how != "rest" {
		left = left[:1]
	}
	read[args[0]] += len(left)
	for _, b := range left {
		switch {
		case how == "skip":
		case strings.HasPrefix(how, "shows "):
			out := ""
			for _, file := range args[2:] {
				out += ts.ReadFile(file)
			}
			shows(ts, out, b.text)
		default:
			carryOut(ts, b)
		}
	}
}

func carryOut(ts *testscript.TestScript, b block) {
	commands := [][3]string{{"", b.text}} // by whoever tells the story
	switch b.kind {
	case "hcl":
		if b.file == "" {
			ts.Fatalf("the text before line %d names no file for the block", b.line)
		}
		ts.Check(os.WriteFile(ts.MkAbs(b.file), []byte(b.text), 0o644))
		return
	case "console":
		commands = commandsIn(b.text)
	}
	if len(commands) == 0 {
		ts.Fatalf("the block of line %d does not begin with a command", b.line)
	}
	for _, c := range commands {
		shell(ts, c[0], c[1])
		shows(ts, ts.ReadFile("stdout")+ts.ReadFile("stderr"), c[2])
	}
}

// shows wants what a page has a command print.
func shows(ts *testscript.TestScript, out, printed string) {
	for line := range strings.Lines(printed) {
		if line = strings.TrimSpace(line); line != "…" && !strings.Contains(varying(out), varying(line)) {
			ts.Fatalf("a line such as %q, which the page has, is not printed", line)
		}
	}
}

var exitComment = regexp.MustCompile(`# exits with (\d+)`)

// shell runs a command of a page. Root's prompt is for a story that root tells, and
// there the other one is for the user of the machine.
func shell(ts *testscript.TestScript, prompt, command string) {
	want := 0
	if m := exitComment.FindStringSubmatch(command); m != nil {
		want, _ = strconv.Atoi(m[1])
	}
	argv := []string{"sh", "-ec", command}
	switch isRoot := os.Geteuid() == 0; {
	case prompt == "#" && !isRoot:
		ts.Fatalf("the page's %q is for root", command)
	case prompt == "$" && isRoot:
		argv = []string{"su", "-l", testboot.User, "-c", command}
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(argv[0], argv[1:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("the page's %q exits with %d, not %d", command, got, want)
	}
}

// fleeting is what is another in every run: tokens, hashes, times, spans, counts, ids,
// ports with what is secret behind them, and who somebody is.
var fleeting = regexp.MustCompile(`gh[su]_\w+|SHA256:\S+|\b[0-9a-f]{8}\b|[█░]+|\b\d{4}-\d\d-\d\d(T[\d:]+Z)?|\b\d\d:\d\d:\d\d|\b(\d+[dhms])+\b|process \d+|\d+ changes|\(id \d+\)|127\.0\.0\.1:\d+/[A-Z2-7]+/|\d+:127\.0\.0\.1:\d+|\w+@[\w.]+`)

func varying(text string) string { return fleeting.ReplaceAllString(text, "*") }
