package main_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readElsewhere names the tests that read all blocks of a kind off a page, and carry
// them out or parse them: what is no page's story.
var readElsewhere = []struct{ page, kind, file, test string }{
	{"docs/fleet.md", "sh", "fleet_test.go", "TestFleet"},
	{"docs/spec.md", "hcl", "../../internal/spec/reference_test.go", "TestReferenceExample"},
	{"docs/verbs.md", "sh", "page_rule_test.go", "TestExamplesAreRun"},
	{"docs/manifest.md", "json", "page_json_test.go", "TestManifestPage"},
	{"docs/broker.md", "json", "../../internal/broker/page_test.go", "TestPage"},
}

// unread are the blocks that nothing carries out or parses, by what they begin with, and
// why.
var unread = map[string]string{
	"README.md: go build":                  "TestRelease does it in a clone",
	"README.md: dev/demo":                  "dev/test runs it: TestBothCommands",
	"README.md: dev/test":                  "it is what runs this: TestBothCommands",
	"README.md: sudo dnf install":          "takes a Fedora; TestRelease installs the package by rpm",
	"docs/how-to/container.md: podman run": "takes podman and an image; the story reads the directory that is mounted",
	"docs/how-it-works.md: flowchart LR":   "a drawing",
	"CONTRIBUTING.md:             spec ":   "a drawing",
}

// storiesOfPages are where stories are that carry pages out.
var storiesOfPages = []string{"testdata/*.txtar", "testdata/pages/*.txtar", "testdata/booted/*.txtar", "testdata/release/package.txtar"}

// TestBlocks: no page has a block that no test carries out or parses.
func TestBlocks(t *testing.T) {
	read, needless := blocksRead(t), map[string]bool{}
	for begins := range unread {
		needless[begins] = true
	}
	for _, r := range readElsewhere {
		if src, err := os.ReadFile(r.file); err != nil || !strings.Contains(string(src), "\nfunc "+r.test+"(t *testing.T) {\n") {
			t.Errorf("%s: %s has no %s: %v", r.page, r.file, r.test, err)
		}
	}
	seen := 0
	for _, name := range pagesOf(t) {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range unseenIn(string(text)) {
			if name == "docs/verbs.md" { // all of it is made from code
				break
			}
			t.Errorf("%s:%d: this code stands between no fences that begin at the margin with a word such as sh", name, line)
		}
		n := 0
		for _, b := range blocksOf(string(text)) {
			seen++
			is := slices.Contains(carried, b.kind) && slices.Contains(read[name], n)
			if slices.Contains(carried, b.kind) {
				n++
			}
			for _, r := range readElsewhere {
				is = is || r.page == name && r.kind == b.kind
			}
			for begins := range unread {
				if strings.HasPrefix(name+": "+b.text, begins) {
					delete(needless, begins)
					if is {
						t.Errorf("%s:%d: this block is read, and need not be in unread", name, b.line)
					}
					is = true
				}
			}
			if !is {
				t.Errorf("%s:%d: no test carries this block (%s) out, or parses it; see the command page", name, b.line, b.kind)
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d blocks were found", seen)
	}
	for begins := range needless {
		t.Errorf("unread has %q, with which no block begins", begins)
	}
}

// TestBothCommands: what decides whether a change lands is the README's dev/test, and that
// runs its dev/demo.
func TestBothCommands(t *testing.T) {
	for file, line := range map[string]string{"../../.ci/run": "\nexec dev/test\n", "../../dev/test": "\ndev/demo\n"} {
		if script, err := os.ReadFile(file); err != nil || !strings.Contains(string(script), line) {
			t.Errorf("%s does not run %q: %v", file, strings.TrimSpace(line), err)
		}
	}
}

// pagesOf gives the repository's pages, also those that are not committed yet.
func pagesOf(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-co", "--exclude-standard", "*.md")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

var pageLine = regexp.MustCompile(`(?m)^page (\S+)(.*)$`)

// blocksRead gives the numbers of the blocks that stories carry out or show, by page.
func blocksRead(t *testing.T) map[string][]int {
	t.Helper()
	read := map[string][]int{}
	for _, pattern := range storiesOfPages {
		stories, err := filepath.Glob(pattern)
		if err != nil || len(stories) == 0 {
			t.Fatalf("no stories: %s, %v", pattern, err)
		}
		for _, file := range stories {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, _, _ := strings.Cut("\n"+string(text), "\n-- ")
			at := map[string]int{}
			for _, m := range pageLine.FindAllStringSubmatch(script, -1) {
				name, how := path.Join("docs", m[1]), strings.TrimSpace(m[2])
				page, err := os.ReadFile(filepath.Join("../..", name))
				if err != nil {
					t.Errorf("%s: %v", file, err)
				}
				last := at[name]
				if how == "rest" {
					last = len(blocksOf(string(page), carried...)) - 1
				}
				for ; at[name] <= last; at[name]++ {
					if how != "skip" {
						read[name] = append(read[name], at[name])
					}
				}
			}
		}
	}
	return read
}

var anyFence = regexp.MustCompile("^[ \t>]*(```|~~~)")

// unseenIn gives the lines of a page where code stands that blocksOf does not see: in
// other fences, or indented.
func unseenIn(page string) (lines []int) {
	starts := map[int]int{} // of the blocks that are seen, and where they end
	for _, b := range blocksOf(page) {
		starts[b.line] = b.line + strings.Count(b.text, "\n") + 1
	}
	all := strings.Split(page, "\n")
	for i := 0; i < len(all); i++ {
		end, seen := starts[i+1]
		switch {
		case seen:
			i = end - 1
		case anyFence.MatchString(all[i]):
			lines = append(lines, i+1)
		case i > 0 && all[i-1] == "" && strings.HasPrefix(strings.ReplaceAll(all[i], "\t", "    "), "    "):
			lines = append(lines, i+1)
		}
	}
	return lines
}

func TestUnseenIn(t *testing.T) {
	for page, want := range map[string][]int{
		"a\n\n```sh\nx\n\n    y\n```\nz\n":   nil,
		"a\n\n    ghauth-provision plan\n":   {3},
		"```\nghauth-provision plan\n```\n":  {1, 3},
		"- a\n\n  ```sh\n  x\n  ```\n":       {3, 5},
		"~~~sh\nx\n~~~\n":                    {1, 3},
		"> ```sh\n> x\n> ```\n":              {1, 3},
		"```sh\nx\n```\n\n````sh\nx\n````\n": {5, 7},
		"```sh title\nx\n```\n":              {1, 3},
	} {
		if got := unseenIn(page); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", page, got, want)
		}
	}
}

func TestCommandsIn(t *testing.T) {
	for console, want := range map[string][][3]string{
		"$ a\n":                                {{"$", "a", ""}},
		"$ a \\\n b\nout\n\n$9\n# c\n…\n$ d\n": {{"$", "a   b", "out\n\n$9\n"}, {"#", "c", "…\n"}, {"$", "d", ""}},
		"out\n$ a\n":                           nil,
		"out\n":                                nil,
	} {
		if got := commandsIn(console); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", console, got, want)
		}
	}
}

// TestExamplesAreRun: each example of a verb is a line that a story has run, or a page
// whose blocks are carried out.
func TestExamplesAreRun(t *testing.T) {
	var ran strings.Builder
	for _, pattern := range storiesOfPages {
		stories, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range stories {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, _, _ := strings.Cut(string(text), "\n-- ")
			ran.WriteString(strings.ReplaceAll(script, "''", "'") + "\n")
		}
	}
	examples := 0
	for _, name := range pagesOf(t) {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range blocksOf(string(text), "console", "sh") {
			if name != "docs/verbs.md" {
				ran.WriteString(b.text)
			}
		}
	}
	verbs, err := os.ReadFile("../../docs/verbs.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocksOf(string(verbs), "sh") {
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "  ")
			examples++
			if whole := regexp.MustCompile(`(?m)(^|^\$ |')` + regexp.QuoteMeta(line) + `('| # exits| \d?>|$)`); !whole.MatchString(ran.String()) {
				t.Errorf("no story runs the example %s", line)
			}
		}
	}
	if examples < 60 {
		t.Errorf("only %d examples were found", examples)
	}
}
