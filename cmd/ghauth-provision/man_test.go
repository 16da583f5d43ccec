package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"github.com/urfave/cli/v2"
)

// TestManuals: man and mandoc read both pages and find nothing to complain of, and
// nothing that --help has is missing.
func TestManuals(t *testing.T) {
	b := build{Version: "1.2.3", Date: "2026-11-25T02:45:01Z"}
	w := &world{}
	verbs, spec := shown(t, w.verbsManual(b)), shown(t, specManual(b))
	each(w.verbs(), nil, func(path []string, v *cli.Command) {
		want := []string{"\n   " + strings.TrimSpace(strings.Join(path, " ")+" [options] "+v.ArgsUsage) + "\n"}
		for _, f := range v.Flags {
			want = append(want, "--"+f.Names()[0])
		}
		about, examples, _ := strings.Cut(v.Description, "\n\nExamples:\n")
		want = append(want, strings.Fields(about)...)
		for example := range strings.Lines(examples) {
			want = append(want, strings.TrimSpace(example)+"\n")
		}
		for _, want := range want {
			if !strings.Contains(verbs, want) {
				t.Errorf("%v: the page does not have %q", path, want)
			}
		}
	})
	if strings.Contains(verbs, "[ --") {
		t.Error("a flag that may come several times stands there twice")
	}
	for page, wants := range map[string][]string{
		verbs: {"ghauth-provision - keep gh", "EXIT STATUS\n", "\n       78 ", "\n       --verbose\n", "2026-11-25", "ghauth-provision 1.2.3"},
		spec:  {"ghauth-provision.hcl - what", "\n   vault { … } in key in app\n", "\n       renew_within\n", "trimspace", "\n           variable \"app_id\" { default = 123456 }\n", "Default: \"30m\".\n"},
	} {
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("no %q in\n%s", want, page)
			}
		}
	}
}

// shown gives a page as a reader sees it.
func shown(t *testing.T, page string) string {
	t.Helper()
	testneed.Program(t, "man", "mandoc")
	file := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mandoc", "-T", "lint", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	const hyphen = "\u2010" // where a word is broken
	if narrow := byMan(t, file, "80"); strings.Contains(narrow, hyphen) {
		t.Errorf("a name may be broken:\n%s", narrow)
	}
	return byMan(t, file, "200")
}

// byMan has man, and groff by it, show a page in a width.
func byMan(t *testing.T, file, width string) string {
	t.Helper()
	cmd := exec.Command("man", "--warnings=w", "--local-file", file)
	cmd.Env = append(os.Environ(), "MANWIDTH="+width, "LC_ALL=C.UTF-8")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Errorf("%v\n%s", err, &errs)
	}
	return string(out)
}

func TestManTakesASection(t *testing.T) {
	for args, want := range map[string]int{"1": exitOK, "5": exitOK, "": exitUsage, "2": exitUsage, "1 5": exitUsage} {
		if got := run(t.Context(), world{stdout: new(strings.Builder), stderr: new(strings.Builder)}, append([]string{"man"}, strings.Fields(args)...)); got != want {
			t.Errorf("man %s: status %d, want %d", args, got, want)
		}
	}
}
