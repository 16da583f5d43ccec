package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestVerbsPage holds docs/verbs.md to what --help says.
func TestVerbsPage(t *testing.T) {
	const page = "../../docs/verbs.md"
	want := verbsPage()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what --help says (%v): go test ./cmd/ghauth-provision -run TestVerbsPage -update", page, err)
	}
}

func verbsPage() string {
	var b strings.Builder
	b.WriteString(`# The verbs

<!-- Made from the program's --help by: go test ./cmd/ghauth-provision -run TestVerbsPage -update -->

Flags work before and after a verb, and before and after what it takes. Results go to standard output, everything else to standard
error. Every verb has these, too:

`)
	w := &world{}
	common := map[string]bool{}
	for _, f := range w.commonFlags() {
		common[f.Names()[0]] = true
		b.WriteString(flagLine(f))
	}
	each(w.verbs(), nil, func(path []string, v *cli.Command) {
		about, examples, _ := strings.Cut(v.Description, "\n\nExamples:\n")
		line := strings.TrimSpace(strings.Join(append([]string{program}, path...), " ") + " [options] " + v.ArgsUsage)
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n\n    %s\n\n%s\n\n", strings.Join(path, " "), sentence(v.Usage), line, escaped(about))
		for _, f := range v.Flags {
			if !common[f.Names()[0]] {
				b.WriteString(flagLine(f))
			}
		}
		fmt.Fprintf(&b, "\n```sh\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(examples, "  "), "\n  ", "\n"))
	})
	return b.String()
}

// flagLine tells of a flag as --help does.
func flagLine(f cli.Flag) string {
	name, usage, _ := strings.Cut(f.String(), "\t")
	return fmt.Sprintf("- `%s`: %s\n", name, escaped(strings.TrimSuffix(usage, " (default: false)")))
}

// escaped keeps Markdown from reading more than text in a text.
func escaped(text string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "[", `\[`, "<", "&lt;").Replace(text)
}
