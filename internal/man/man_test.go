package man

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// hard is a page of all that is hard to write.
func hard() *Page {
	p := New("hard-to.write", 5, "2026-11-25", `it's "1.0" \ beta`)
	p.Section("NAME")
	p.Text("hard-to.write - a page")
	p.Section("DESCRIPTION")
	p.Text("With --force it's `a \\n \"word\"`, ~/x and ^y.\n\n" + strings.Repeat("abcdefghi ", 7) + "abcd .dot 'quote … é 😀\n\n```sh\n.EE\n'br\n  x --y\\z\n\n-\n```\n\nafter")
	p.Sub(`-f "a" \`)
	p.Example("\n  'a'\n.b\n")
	p.Sub("Items")
	p.Item("--file FILE, -f FILE", "the FILE")
	p.Item("`.dot`", ".dot")
	return p
}

// TestReaders: both readers of manual pages take the page without a complaint, and
// show what was written.
func TestReaders(t *testing.T) {
	testneed.Program(t, "man", "mandoc")
	file := filepath.Join(t.TempDir(), "page.5")
	if err := os.WriteFile(file, []byte(hard().String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, argv := range [][]string{
		{"mandoc", "-T", "lint", file},
		{"mandoc", "-T", "utf8", file},
		{"man", "--warnings=w", "--local-file", file}, // groff
	} {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = append(os.Environ(), "MANWIDTH=120", "LC_ALL=C.UTF-8")
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil || errs.Len() > 0 {
			t.Errorf("%v: %v\n%s%s", argv, err, out, &errs)
		}
		if argv[2] == "lint" {
			continue
		}
		text := plain(string(out))
		for _, want := range []string{
			`With --force it's a \n "word", ~/x and ^y.`, ".dot 'quote … é 😀\n", "    .EE\n", "    'br\n", `      x --y\z` + "\n",
			"HARD-TO.WRITE(5)", `it's "1.0" \ beta`, `-f "a" \`, "      'a'\n", "--file FILE, -f FILE\n", "\n       .dot   .dot",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: not to be read: %q\n%s", argv, want, text)
			}
		}
	}
}

// plain takes out what a terminal of old strikes over.
func plain(text string) string {
	var out []rune
	for _, r := range text {
		if r == '\b' {
			out = out[:len(out)-1]
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

func TestFaces(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"with --keep-it, or `a b`", `with \fB\-\-keep\-it\fR, or \fBa b\fR`},
		{"(-f) a-b --", `(\fB\-f\fR) a\-b \-\-`},
		// Some readers show these as others, and take bytes above ASCII for Latin-1.
		{`~/x ^ ' " \ é 😀`, `\(ti/x \(ha \(aq \(dq \e \[u00E9] \[u1F600]`},
	} {
		if got := inline(tt.in); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.in, got, tt.want)
		}
	}
	p := new(Page)
	p.Item("--file FILE, `x`", "the file")
	if want := ".TP\n\\fB\\-\\-file\\fR \\fIFILE\\fR, \\fBx\\fR\nthe file\n"; p.String() != want {
		t.Errorf("got %q, want %q", p, want)
	}
}
