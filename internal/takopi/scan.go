package takopi

import (
	"bytes"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tablePath is where our table is; keyDepth is the length of a path to one of
// its keys.
var tablePath = [...]string{"plugins", "ghauth"}

const keyDepth = len(tablePath) + 1

// A path is a full key: what its table's header says, and its own parts. Only
// the parts that can be ours are kept, since a hostile file makes long ones.
type path struct {
	parts []string // at most keyDepth
	depth int      // the number of all parts
}

// join returns p with the parts of a key added.
func (p path) join(key []*unstable.Node) path {
	joined := path{parts: p.parts[:len(p.parts):len(p.parts)], depth: p.depth + len(key)}
	for _, part := range key {
		if len(joined.parts) == keyDepth {
			break
		}
		joined.parts = append(joined.parts, string(part.Data))
	}
	return joined
}

// concerns reports whether p leads to our table, is it, or is in it.
func (p path) concerns() bool {
	for i, name := range tablePath {
		if i < len(p.parts) && p.parts[i] != name {
			return false
		}
	}
	return true
}

// A form is the way in which an entry is written.
type form int

const (
	headerForm form = iota // any header but [plugins.ghauth]
	tableForm              // [plugins.ghauth]
	plainForm              // key = value, below [plugins.ghauth]
	dottedForm             // plugins.ghauth.key = value, or below [plugins] ghauth.key = value
	inlineForm             // key = value, within the braces of an inline table
	parentForm             // plugins = value or plugins.ghauth = value
)

func (f form) isKey() bool { return f == plainForm || f == dottedForm || f == inlineForm }

// A span is a range of bytes of a document.
type span struct{ start, end int }

// An entry is a header or a key-value that concerns our table.
type entry struct {
	form  form
	path  path
	at    int  // its first byte: where a refusal points
	line  span // all its lines, with the last one's newline
	key   int  // where the part starts that names a key of our table; isKey forms only
	value span // a key-value's value; of a header's line, what follows its key
}

// scan collects the entries that concern our table.
func (d *document) scan() error {
	var p unstable.Parser
	p.Reset(d.src)
	var table path
	d.next = len(d.src)
	own := -1
	for p.NextExpression() {
		node := p.Expression()
		if node.Kind == unstable.KeyValue {
			d.keyValue(table, node, false)
			continue
		}
		e := d.headerEntry(node)
		table = e.path
		if own >= 0 && d.next == len(d.src) {
			d.next = e.line.start
		}
		if !table.concerns() {
			continue
		}
		if e.form == tableForm {
			own = len(d.entries)
		}
		d.entries = append(d.entries, e)
	}
	if own >= 0 {
		d.header = &d.entries[own]
	}
	return p.Error()
}

// headerEntry describes a header. The parser gives no range for it, but it
// stands alone on one line, around its key.
func (d *document) headerEntry(node *unstable.Node) entry {
	key := keyOf(node)
	start, end := int(key[0].Raw.Offset), endOf(key[len(key)-1])
	e := entry{path: path{}.join(key), line: d.lines(start, end)}
	e.at = e.line.start + bytes.IndexByte(d.src[e.line.start:], '[')
	e.value = span{end, e.line.end}
	if node.Kind == unstable.Table && e.path.depth == len(tablePath) && e.path.concerns() {
		e.form = tableForm
	}
	return e
}

// keyValue adds the entry of a key-value below the header table, or in an
// inline table at that path.
func (d *document) keyValue(table path, node *unstable.Node, braced bool) {
	key := keyOf(node)
	e := entry{path: table.join(key), at: int(node.Raw.Offset), form: parentForm}
	if table.depth >= keyDepth || !e.path.concerns() {
		return
	}
	e.value = span{valueStart(d.src, endOf(key[len(key)-1])), int(node.Raw.Offset + node.Raw.Length)}
	e.line = d.lines(e.at, e.value.end)
	if e.path.depth >= keyDepth {
		e.key = int(key[len(tablePath)-table.depth].Raw.Offset)
		switch {
		case braced:
			e.form = inlineForm
		case table.depth == len(tablePath):
			e.form = plainForm
		default:
			e.form = dottedForm
		}
	}
	d.entries = append(d.entries, e)
	if value := node.Value(); e.form == parentForm && value.Kind == unstable.InlineTable {
		for it := value.Children(); it.Next(); {
			d.keyValue(e.path, it.Node(), true)
		}
	}
}

// keyOf returns the parts of a header's or key-value's key.
func keyOf(node *unstable.Node) (parts []*unstable.Node) {
	for it := node.Key(); it.Next(); {
		parts = append(parts, it.Node())
	}
	return parts
}

func endOf(node *unstable.Node) int { return int(node.Raw.Offset + node.Raw.Length) }
