package takopi

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// An Error says where a takopi.toml is not valid, or why it is not edited. It
// never holds any text of the file.
type Error struct {
	Line   int // starting at 1; 0 when the whole file is meant
	Column int // in bytes, starting at 1
	Reason string
}

// Error returns the position and the reason. The file's path is for the caller
// to add.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// errTooLarge refuses a file, or an edit's result, beyond MaxSize.
var errTooLarge = &Error{Reason: "the file is larger than 1 MiB"}

// errUnsafe is what a caller gets instead of a result that failed its check.
var errUnsafe = errors.New("the edit would have changed more than its own keys: nothing was done")

// refuse returns the Error for the byte at offset.
func (d *document) refuse(offset int, format string, args ...any) error {
	before := d.src[:offset]
	return &Error{
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: offset - lineStart(d.src, offset) + 1,
		Reason: fmt.Sprintf(format, args...),
	}
}

// syntaxError turns a decoder's error into an Error. The decoder's own message
// may quote a key or a value, so it only chooses between fixed texts.
func syntaxError(err error) error {
	e := &Error{Reason: "not valid TOML"}
	if de, ok := errors.AsType[*toml.DecodeError](err); ok {
		e.Line, e.Column = de.Position()
	}
	for _, known := range []struct{ word, reason string }{
		{"already", "a key or table is defined twice"},
		{"terminated", "a string is not closed"},
		{"cannot have new lines", "a string is not closed"},
		{"incomplete", "an array or inline table is not closed"},
		{"invalid UTF-8", "a character is not UTF-8"},
		{"expected '='", "a key without '='"},
		{"start of value", "a value is missing or lacks its quotes"},
		{"must be quoted", "a value is missing or lacks its quotes"},
		{"expected newline", "text behind a value or header"},
	} {
		if strings.Contains(err.Error(), known.word) {
			e.Reason += ": " + known.reason
			break
		}
	}
	return e
}
