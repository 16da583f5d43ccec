package repo_test

import (
	"flag"
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/faults.md anew")

const faultsPage = "docs/faults.md"

// A fault is something that goes wrong. Tests that show what becomes of it say so in
// their comment, stories above the lines that do: "Fault: NAME, NAME".
type fault struct{ name, what, becomes string }

// marker begins the line that names faults.
const marker = "Fault: "

// Who holds a failing run to the whole invariant, the bytes and modes of what was there,
// no temporary file, what is said, the status and that no secret is shown, does so in one
// of these ways. What is said after "fails", the story compares itself, in the next line.
var (
	wholeInStories = regexp.MustCompile(`(?m)^(fails [1-9]\d* .*\nstderr |crash )`)
	wholeInGo      = "losesNothing"
)

// shower is what shows faults: for each, the links to tests, and whether they hold to
// the whole invariant.
type shower map[string]map[string]bool

// TestFaults holds the page of faults to the tests: each fault has one, one of which
// holds to the whole invariant unless the fault ends well, and each fault that a test
// names is on the page.
func TestFaults(t *testing.T) {
	shown := shower{}
	for _, s := range sources(t) {
		if s.test {
			functionsThatShow(s, shown)
		}
	}
	storiesThatShow(t, shown)
	page := faultsTable(shown)
	for _, f := range faults {
		whole := slices.Contains(slices.Collect(maps.Values(shown[f.name])), true)
		switch {
		case len(shown[f.name]) == 0:
			t.Errorf("no test shows the fault %s", f.name)
		case whole == (endWell[f.name] != ""):
			t.Errorf("fault %s: tests that hold a failing run to the whole invariant: %v; but how it ends well is %q", f.name, whole, endWell[f.name])
		}
		delete(shown, f.name)
	}
	for name, tests := range shown {
		t.Errorf("%v: there is no fault %q", slices.Collect(maps.Keys(tests)), name)
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(faultsPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(faultsPage); err != nil || string(got) != page {
		t.Errorf("%s is not what the tests say (%v): go test . -run TestFaults -update", faultsPage, err)
	}
}

func functionsThatShow(s source, shown shower) {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Doc == nil || !strings.HasPrefix(f.Name.Name, "Test") {
			continue
		}
		whole := false
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			whole = whole || ok && call.Sel.Name == wholeInGo
			return true
		})
		for line := range strings.Lines(f.Doc.Text()) {
			shown.note(line, link(f.Name.Name, s.path), whole)
		}
	}
}

// storiesThatShow reads the stories below testdata, whose tests are named after the
// files. What shows a fault goes from its marker to an empty line.
func storiesThatShow(t *testing.T, shown shower) {
	const dir = "cmd/ghauth-provision/testdata/"
	for _, of := range [][2]string{{"", "TestStories/"}, {"crash/", "TestCrashes/"}, {"crash/booted/", "TestBootedCrashes/"}, {"booted/", "TestBootedStories/"}} {
		files, err := filepath.Glob(dir + of[0] + "*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("no stories in %s: %v", of[0], err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := of[1] + strings.TrimSuffix(filepath.Base(file), ".txtar")
			for _, part := range strings.Split(string(data), "\n# "+marker)[1:] {
				part, _, _ = strings.Cut(part, "\n\n")
				names, lines, _ := strings.Cut(part, "\n")
				shown.note(marker+names, link(name, file), wholeInStories.MatchString(lines))
			}
		}
	}
}

// note records that a test shows the faults that a line names, if it does.
func (s shower) note(line, test string, whole bool) {
	names, ok := strings.CutPrefix(strings.TrimSpace(line), marker)
	if !ok {
		return
	}
	for name := range strings.SplitSeq(names, ", ") {
		if s[name] == nil {
			s[name] = map[string]bool{}
		}
		s[name][test] = s[name][test] || whole
	}
}

func link(name, path string) string { return fmt.Sprintf("[%s](../%s)", name, path) }

func faultsTable(shown shower) string {
	var b strings.Builder
	b.WriteString(`# What goes wrong, and what becomes of it

Whatever goes wrong, the token and every file that was there stay as they were or become whole new ones, with their exact modes; a run that fails
says what happened, where, and what to do about it, and ends with a status other than 0; and no secret is printed. Each line names the tests that show it, each of them its part;
those in **bold** hold a run that fails to all of this at once. Where none is bold no run fails, and the line says what it does instead.
This page is made from them: ` + "`go test . -run TestFaults -update`" + `.

| fault | what happens | what becomes of it | shown by |
|---|---|---|---|
`)
	for _, f := range faults {
		if well := endWell[f.name]; well != "" {
			f.becomes += " *(" + well + ")*"
		}
		tests := slices.Sorted(maps.Keys(shown[f.name]))
		for i, test := range tests {
			if shown[f.name][test] {
				tests[i] = "**" + test + "**"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.name, f.what, f.becomes, strings.Join(tests, ", "))
	}
	return b.String()
}
