package takopi

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
)

// An edit replaces a range of the document; an insertion's is empty.
type edit struct {
	span
	text string
}

// insertLines returns the edit that adds lines at pos, which is the start of a
// line or the end of the file. A last line without a newline stays one.
func (d *document) insertLines(pos int, lines []string) edit {
	nl := newline(d.src)
	text := strings.Join(lines, nl)
	if pos > 0 && d.src[pos-1] != '\n' {
		return edit{span{pos, pos}, nl + text}
	}
	return edit{span{pos, pos}, text + nl}
}

// removals returns the edits that remove the cuts: whole lines, in order.
func (d *document) removals(cuts []span) []edit {
	var edits []edit
	for _, c := range cuts {
		if n := len(edits); n > 0 && edits[n-1].end == c.start {
			edits[n-1].end = c.end
			continue
		}
		edits = append(edits, edit{span: c})
	}
	// Where the file ended without a newline it does so again.
	if tail := &edits[len(edits)-1]; tail.end == len(d.src) && newlineBefore(d.src, tail.end) == 0 {
		tail.start -= newlineBefore(d.src, tail.start)
	}
	return edits
}

// apply makes the edits and returns the new file, once it is known that the
// owned keys have the given values, or are absent where that is nil, and that
// all else stands as before.
func (d *document) apply(edits []edit, owned map[string]any) ([]byte, error) {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	out := slices.Clone(d.bom)
	at := 0
	for _, e := range edits {
		if e.start < at || e.end < e.start {
			return nil, errUnsafe
		}
		out = append(out, d.src[at:e.start]...)
		out = append(out, e.text...)
		at = e.end
	}
	out = append(out, d.src[at:]...)

	if !d.untouched(out, edits) {
		return nil, errUnsafe
	}
	after, err := parse(out)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, err
	case err != nil || !d.becomes(after, owned):
		return nil, errUnsafe
	}
	return out, nil
}

// untouched reports whether out, read beside the document, differs in nothing
// but the edits.
func (d *document) untouched(out []byte, edits []edit) bool {
	parts := [][]byte{d.bom}
	at := 0
	for _, e := range edits {
		parts = append(parts, d.src[at:e.start], []byte(e.text))
		at = e.end
	}
	for _, part := range parts {
		var ok bool
		if out, ok = bytes.CutPrefix(out, part); !ok {
			return false
		}
	}
	return bytes.Equal(out, d.src[at:])
}
