// Package man writes manual pages in the macros of man(7), in the part of them
// that groff and mandoc read alike.
package man

import (
	"fmt"
	"regexp"
	"strings"
)

// A Page is a manual page that grows from its top. The texts that its methods take
// are plain, in any script; in running text a word in `backticks` is set in bold,
// and so is a --flag.
type Page struct {
	b     strings.Builder
	begun bool // there is text below the last heading
}

// New starts a page: its name in small letters, its section, the day of its last
// change as 2006-01-02 or nothing, and whose it is, with a version.
func New(name string, section int, day, source string) *Page {
	p := new(Page)
	fmt.Fprintf(&p.b, ".TH %s %d \"%s\" %s\n", quote(strings.ToUpper(name)), section, day, quote(source))
	p.b.WriteString(".nr HY 0\n.nh\n.ad l\n") // names are not to be broken, here and below (groff_man(7), -rHY), nor lines filled with blanks
	return p
}

// String gives the page.
func (p *Page) String() string { return p.b.String() }

// Section starts a section.
func (p *Page) Section(title string) { p.heading(".SH", title) }

// Sub starts a section within one.
func (p *Page) Sub(title string) { p.heading(".SS", title) }

func (p *Page) heading(macro, title string) {
	fmt.Fprintf(&p.b, "%s %s\n", macro, quote(title))
	p.begun = false
}

// paragraph starts one. Below a heading there is one already.
func (p *Page) paragraph() {
	if p.begun {
		p.b.WriteString(".PP\n")
	}
	p.begun = true
}

// Text writes paragraphs, which empty lines part. What stands between two lines
// of three backticks is an example, as in Markdown.
func (p *Page) Text(text string) {
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			_, code, _ := strings.Cut(part, "\n") // after the language's name
			p.Example(code)
			continue
		}
		for _, paragraph := range strings.Split(strings.Trim(part, "\n"), "\n\n") {
			if paragraph != "" {
				p.paragraph()
				p.b.WriteString(fill(inline(paragraph)))
			}
		}
	}
}

// Example writes lines as they are.
func (p *Page) Example(lines string) {
	p.paragraph()
	p.b.WriteString(".RS 4\n.EX\n")
	for line := range strings.Lines(strings.Trim(lines, "\n") + "\n") {
		p.b.WriteString(guard(escape(line)))
	}
	p.b.WriteString(".EE\n.RE\n")
}

// Item writes of one thing in a list. In its term, what begins with a hyphen or
// stands in backticks is set in bold, and the rest in italics.
func (p *Page) Item(term, text string) {
	var parts []string
	for word := range strings.FieldsSeq(term) {
		bare, comma := strings.CutSuffix(word, ",")
		switch {
		case strings.HasPrefix(bare, "-"):
			bare = `\fB` + escape(bare) + `\fR`
		case strings.HasPrefix(bare, "`"):
			bare = inline(bare)
		default:
			bare = `\fI` + escape(bare) + `\fR`
		}
		if comma {
			bare += ","
		}
		parts = append(parts, bare)
	}
	p.begun = true
	p.b.WriteString(".TP\n" + guard(strings.Join(parts, " ")) + "\n" + fill(inline(text)))
}

// flag finds flags in running text.
var flag = regexp.MustCompile(`(^|[\s(])(--?[a-z][a-z-]*)`)

// inline sets words of running text in bold.
func inline(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			b.WriteString(`\fB` + escape(part) + `\fR`)
			continue
		}
		for {
			at := flag.FindStringSubmatchIndex(part)
			if at == nil {
				break
			}
			b.WriteString(escape(part[:at[4]]) + `\fB` + escape(part[at[4]:at[5]]) + `\fR`)
			part = part[at[5]:]
		}
		b.WriteString(escape(part))
	}
	return b.String()
}

// escapes are for characters that roff takes for its own, or sets as others
// (groff_char(7), "Fundamental character set"): what is copied out of a page has to
// be what was written.
var escapes = map[rune]string{'\\': `\e`, '-': `\-`, '\'': `\(aq`, '`': `\(ga`, '^': `\(ha`, '~': `\(ti`, '"': `\(dq`}

func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch special, ok := escapes[r]; {
		case ok:
			b.WriteString(special)
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// quote makes an argument of a macro.
func quote(text string) string { return `"` + escape(text) + `"` }

// guard keeps roff from reading a line of text as a request.
func guard(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

// fill breaks escaped text into lines of a width that people can read, which roff
// joins again.
func fill(text string) string {
	const width = 78
	var b strings.Builder
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			b.WriteString(guard(line) + "\n")
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return b.String() + guard(line) + "\n"
}
