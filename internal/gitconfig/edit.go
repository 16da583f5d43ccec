package gitconfig

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// maxSize bounds what is edited, in bytes.
const maxSize = 1 << 20

// Set returns src with the helper in it: where it stands already, or in a section
// of its own at the end. What comes below it is later to git, and goes on from it.
// Where nothing changes, src itself is returned.
//
// The error is an *Error where src is not valid, or ends in a line that would go
// on into what is added.
func (h Helper) Set(src []byte) ([]byte, error) {
	d, err := read(src, h.URL)
	switch {
	case err != nil:
		return nil, err
	case d.holds(h):
		return src, nil
	}
	section := h.Section()
	at := len(src)
	switch {
	case len(d.own) > 0:
		section, at = h.variables(), d.own[0].start
	case len(src) > 0:
		section = "\n" + section
	}
	rest := cut(src[at:], at, d.own)
	after := slices.Concat(src[:at], []byte(section), rest)
	if now, err := read(after, h.URL); err != nil || !now.holds(h) {
		return nil, &Error{1 + bytes.Count(src, []byte("\n")), "the last line goes on, so that nothing can be added below it"}
	}
	return after, nil
}

// Unset returns src without the helper for a URL: a file that had none is what it
// was before Set, byte for byte. Where nothing changes, src itself is returned. The
// error is an *Error.
func Unset(src []byte, url string) ([]byte, error) {
	d, err := read(src, url)
	if err != nil || len(d.own) == 0 {
		return src, err
	}
	return cut(src, 0, d.withHeaders()), nil
}

// A document is a configuration, and what in it is our helper for a URL.
type document struct {
	src     []byte
	url     string
	entries []entry
	own     []entry
}

func read(src []byte, url string) (*document, error) {
	if len(src) > maxSize {
		return nil, &Error{1, fmt.Sprintf("the file is larger than %d bytes", maxSize)}
	}
	entries, err := scan(src)
	if err != nil {
		return nil, err
	}
	d := &document{src: src, url: url, entries: entries}
	for i, e := range entries {
		if !e.isOurs(url) {
			continue
		}
		if before := entries[i-1]; before.isVariable(url, "helper") && before.value == "" {
			d.own = append(d.own, before)
		}
		d.own = append(d.own, e)
		if i+1 < len(entries) && entries[i+1].isVariable(url, "usehttppath") {
			d.own = append(d.own, entries[i+1])
		}
	}
	return d, nil
}

func (e entry) isVariable(url, name string) bool {
	return !e.header && e.section == "credential" && e.subsection == url && e.name == name
}

func (e entry) isOurs(url string) bool {
	return e.isVariable(url, "helper") && ours.MatchString(e.value)
}

// holds reports whether the document has h, once and whole.
func (d *document) holds(h Helper) bool {
	return slices.EqualFunc(d.own, []string{"", h.Command(), "true"}, func(e entry, value string) bool { return e.value == value })
}

// withHeaders gives our variables, and the headers of sections that hold nothing
// else, each with the newline that Set puts above.
func (d *document) withHeaders() (cuts []entry) {
	for i, e := range d.entries {
		switch {
		case slices.Contains(d.own, e):
			cuts = append(cuts, e)
		case e.header && d.onlyOurs(i):
			e.start = d.above(e)
			cuts = append(cuts, e)
		}
	}
	return cuts
}

// onlyOurs reports whether the section of the i-th entry, a header, holds our
// variables and no others.
func (d *document) onlyOurs(i int) bool {
	body := d.entries[i+1:]
	if next := slices.IndexFunc(body, func(e entry) bool { return e.header }); next >= 0 {
		body = body[:next]
	}
	return len(body) > 0 && !slices.ContainsFunc(body, func(e entry) bool { return !slices.Contains(d.own, e) })
}

// above gives where the newline starts that Set puts above its section: one that
// makes a blank line, or that ends the file's last line once the section is gone.
func (d *document) above(header entry) int {
	head, line := string(d.src[:header.start]), string(d.src[header.start:header.end])
	last := d.own[len(d.own)-1].end == len(d.src)
	switch {
	case strings.HasSuffix(head, "\n\r\n") && strings.HasSuffix(line, "\r\n"): // an editor has made all lines end so
		return header.start - 2
	case strings.HasSuffix(head, "\n\n"), strings.HasSuffix(head, "\n") && last:
		return header.start - 1
	}
	return header.start
}

// cut gives text, which starts at an offset, without the entries.
func cut(text []byte, offset int, entries []entry) (rest []byte) {
	at := 0
	for _, e := range entries {
		rest = append(rest, text[at:e.start-offset]...)
		at = e.end - offset
	}
	return append(rest, text[at:]...)
}
