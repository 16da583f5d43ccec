package repo_test

import (
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
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

// TestFaults holds the page of faults to the tests: each fault has one, and each
// that a test names is on the page.
func TestFaults(t *testing.T) {
	shown := map[string][]string{} // links to tests, by the fault's name
	for _, s := range sources(t) {
		if s.test {
			functionsThatShow(s, shown)
		}
	}
	storiesThatShow(t, shown)
	page := faultsTable(shown)
	for _, f := range faults {
		if len(shown[f.name]) == 0 {
			t.Errorf("no test shows the fault %s", f.name)
		}
		delete(shown, f.name)
	}
	for name, tests := range shown {
		t.Errorf("%s: there is no fault %q", tests, name)
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

func functionsThatShow(s source, shown map[string][]string) {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Doc == nil || !strings.HasPrefix(f.Name.Name, "Test") {
			continue
		}
		for line := range strings.Lines(f.Doc.Text()) {
			note(shown, line, link(f.Name.Name, s.path))
		}
	}
}

// storiesThatShow reads the stories below testdata, whose tests are named after the
// files.
func storiesThatShow(t *testing.T, shown map[string][]string) {
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
			for line := range strings.Lines(string(data)) {
				if comment, ok := strings.CutPrefix(line, "# "); ok {
					note(shown, comment, link(name, file))
				}
			}
		}
	}
}

// note records that a test shows the faults that a line names, if it does.
func note(shown map[string][]string, line, test string) {
	names, ok := strings.CutPrefix(strings.TrimSpace(line), marker)
	if !ok {
		return
	}
	for name := range strings.SplitSeq(names, ", ") {
		if !slices.Contains(shown[name], test) {
			shown[name] = append(shown[name], test)
		}
	}
}

func link(name, path string) string { return fmt.Sprintf("[%s](../%s)", name, path) }

func faultsTable(shown map[string][]string) string {
	var b strings.Builder
	b.WriteString(`# What goes wrong, and what becomes of it

Whatever goes wrong, the token and every file that was there stay as they were or become whole new ones, with their exact modes; a run that fails
says what happened, where, and what to do about it, and ends with a status other than 0; and no secret is printed. Each line names the tests that show it, each of them its part.
This page is made from them: ` + "`go test . -run TestFaults -update`" + `.

| fault | what happens | what becomes of it | shown by |
|---|---|---|---|
`)
	for _, f := range faults {
		tests := slices.Sorted(slices.Values(shown[f.name]))
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.name, f.what, f.becomes, strings.Join(tests, ", "))
	}
	return b.String()
}
