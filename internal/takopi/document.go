package takopi

import (
	"bytes"
	"slices"

	"github.com/pelletier/go-toml/v2"
)

const (
	// MaxSize bounds what is parsed: a takopi.toml has a few kilobytes.
	MaxSize = 1 << 20

	// byteOrderMark is no TOML, but editors leave it; it stays where it is.
	byteOrderMark = "\ufeff"
)

// A document is a parsed takopi.toml, and what in it concerns our table.
type document struct {
	bom     []byte // the byte order mark, if there is one
	src     []byte // the text after it, which all offsets count in
	decoded map[string]any

	entries []entry // those at, above and in plugins.ghauth, in the file's order
	header  *entry  // [plugins.ghauth]; nil if the table has no header of its own
	next    int     // where the first header after that one starts, or the text ends
}

// parse decodes src and finds the entries of our table.
func parse(src []byte) (*document, error) {
	if len(src) > MaxSize {
		return nil, errTooLarge
	}
	text := bytes.TrimPrefix(src, []byte(byteOrderMark))
	d := &document{bom: src[:len(src)-len(text)], src: text}
	if err := toml.Unmarshal(text, &d.decoded); err != nil {
		return nil, syntaxError(err)
	}
	if err := d.scan(); err != nil {
		return nil, syntaxError(err)
	}
	return d, nil
}

// table returns the decoded plugins.ghauth, nil if there is none.
func (d *document) table() (map[string]any, error) {
	table := d.decoded
	for depth, name := range tablePath {
		value, ok := table[name]
		if !ok {
			return nil, nil
		}
		if table, ok = value.(map[string]any); !ok {
			at := slices.IndexFunc(d.entries, func(e entry) bool { return e.path.depth > depth })
			return nil, d.refuse(d.entries[at].at, "%s is not a table", []string{"plugins", "plugins.ghauth"}[depth])
		}
	}
	return table, nil
}

// slot returns the entry that gives the table's key name its value; nil if
// there is none.
func (d *document) slot(name string) *entry {
	for i := range d.entries {
		e := &d.entries[i]
		if e.form.isKey() && e.path.depth == keyDepth && e.path.parts[keyDepth-1] == name {
			return e
		}
	}
	return nil
}

// last returns the last entry of the form; nil if there is none.
func (d *document) last(f form) *entry {
	for i := range slices.Backward(d.entries) {
		if d.entries[i].form == f {
			return &d.entries[i]
		}
	}
	return nil
}

// refuseSubTable refuses to touch the key name, which has a value but no slot:
// its value is spread over sub-keys or over tables of its own.
func (d *document) refuseSubTable(name string) error {
	at := slices.IndexFunc(d.entries, func(e entry) bool {
		return e.path.depth >= keyDepth && e.path.parts[keyDepth-1] == name
	})
	return d.refuse(d.entries[at].at, "plugins.ghauth.%s is written as a table of its own", name)
}
