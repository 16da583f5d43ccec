package takopi

import (
	"bytes"
	"cmp"
	"slices"
)

// Unset returns src without the given keys of [plugins.ghauth]. Each goes with
// all its lines, a comment behind its value included.
//
// Where nothing else is left below a [plugins.ghauth], its header goes too, with
// the blank line above it, unless it was there before Set: a file that had none
// of the keys is what it was before Set, byte for byte. Where nothing changes,
// src itself is returned.
func Unset(src []byte, keys []string) ([]byte, error) {
	d, err := parse(src)
	if err != nil {
		return nil, err
	}
	table, err := d.table()
	if err != nil {
		return nil, err
	}
	var cuts []span
	owned := make(map[string]any)
	for _, name := range keys {
		if _, ok := table[name]; !ok {
			continue
		}
		slot := d.slot(name)
		switch {
		case slot == nil:
			return nil, d.refuseSubTable(name)
		case slot.form == inlineForm:
			return nil, d.refuse(slot.at, "plugins.ghauth.%s is in an inline table: remove it by hand", name)
		}
		cuts = append(cuts, slot.line)
		owned[name] = nil
	}
	if len(cuts) == 0 {
		return src, nil
	}
	slices.SortFunc(cuts, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	cuts = slices.Compact(cuts)
	if d.header != nil && d.onlyHolds(cuts) {
		cuts = slices.Insert(cuts, 0, d.headerCut(cuts[0].start))
	}
	return d.apply(d.removals(cuts), owned)
}

// headerCut returns what goes with the table's last keys, the first of which
// starts at the offset: Set's own header with the blank line above it, or the
// blank line alone that Set puts below an empty table's header.
func (d *document) headerCut(firstKey int) span {
	line := d.header.line
	if n := newlineAt(d.src, line.end); n > 0 && line.end+n == firstKey {
		return span{line.end, firstKey}
	}
	if n := newlineBefore(d.src, line.start); n > 0 && lineStart(d.src, line.start-n) == line.start-n {
		line.start -= n
	}
	return line
}

// onlyHolds reports whether [plugins.ghauth] holds nothing but the cuts, which
// are in order: no other key and no comment.
func (d *document) onlyHolds(cuts []span) bool {
	h := d.header.line
	_, tail, _ := bytes.Cut(d.text(d.header.value), []byte("]"))
	if !blank(tail) {
		return false
	}
	at := h.end
	for _, c := range cuts {
		if !blank(d.src[at:c.start]) {
			return false
		}
		at = c.end
	}
	return blank(d.src[at:d.bodyEnd(at)])
}

// bodyEnd returns where the text below [plugins.ghauth] ends that is its own.
// A comment right above the next header, set off by a blank line, is that
// header's. No key of the table starts beyond the offset from.
func (d *document) bodyEnd(from int) int {
	if d.next == len(d.src) {
		return d.next
	}
	for end := d.next; end > from; {
		start := lineStart(d.src, end-1)
		line := bytes.TrimSpace(d.src[start:end])
		switch {
		case len(line) == 0:
			return end
		case line[0] != '#':
			return d.next
		}
		end = start
	}
	return d.next
}
