package gitconfig

import (
	"bytes"
	"strings"
)

// An entry is a section's header or a variable.
type entry struct {
	header     bool
	section    string // in lower case
	subsection string
	name       string // in lower case; empty in a header
	value      string
	start, end int // all its lines, with the last newline, but for what else is on them
}

// A scanner reads a configuration once, from its start to its end.
type scanner struct {
	src     []byte
	at      int
	section entry // the header that variables stand below, if there is one yet
}

// scan gives the entries of a configuration in their order. The error is an *Error.
func scan(src []byte) ([]entry, error) {
	s := &scanner{src: src}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		s.at = len("\ufeff")
	}
	var entries []entry
	start := s.at // of what may become an entry: after the last one, or a line
	for s.at < len(src) {
		switch c := s.next(); {
		case c == '\n':
			start = s.at
		case isSpace(c):
		case c == '#' || c == ';':
			s.skipLine()
			start = s.at
		case c == '[':
			if !s.header() {
				return nil, s.refuse("the section's header is not valid")
			}
			s.section.start, start = start, s.section.end
			entries = append(entries, s.section)
		case isAlpha(c):
			e, reason := s.variable()
			if reason != "" {
				return nil, s.refuse(reason)
			}
			e.start, start = start, e.end
			entries = append(entries, e)
		default:
			return nil, s.refuse("neither a section nor a variable begins here")
		}
	}
	return entries, nil
}

// next reads a character. A carriage return before a newline is part of it, and
// the end of the text stands for one.
func (s *scanner) next() byte {
	if s.at >= len(s.src) {
		return '\n'
	}
	c := s.src[s.at]
	s.at++
	if c == '\r' && s.at < len(s.src) && s.src[s.at] == '\n' {
		s.at++
		return '\n'
	}
	return c
}

func (s *scanner) peek() byte {
	at := s.at
	defer func() { s.at = at }()
	return s.next()
}

func (s *scanner) skipLine() {
	for s.next() != '\n' {
	}
}

// refuse points to the line where the scanner is, or has just ended.
func (s *scanner) refuse(reason string) error {
	return &Error{1 + bytes.Count(s.src[:max(s.at-1, 0)], []byte("\n")), reason}
}

// header reads what follows the bracket of a header, and blanks behind it up to
// the newline.
func (s *scanner) header() bool {
	var name, sub strings.Builder
	c := s.next()
	for ; isKey(c) || c == '.'; c = s.next() {
		name.WriteByte(c)
	}
	if isSpace(c) {
		for isSpace(c) {
			c = s.next()
		}
		if c != '"' || !s.quoted(&sub) {
			return false
		}
		c = s.next()
	}
	if c != ']' || name.Len()+sub.Len() == 0 {
		return false
	}
	s.section = entry{header: true, section: strings.ToLower(name.String()), subsection: sub.String(), end: s.restOfLine()}
	return true
}

// quoted reads a subsection's name, in which a backslash stands for nothing but
// that the next character counts as itself.
func (s *scanner) quoted(to *strings.Builder) bool {
	for {
		c := s.next()
		if c == '"' {
			return true
		}
		if c == '\\' {
			c = s.next()
		}
		if c == '\n' {
			return false
		}
		to.WriteByte(c)
	}
}

// restOfLine gives where the next line starts, or the place itself where anything
// but blanks comes first.
func (s *scanner) restOfLine() int {
	at := s.at
	for isBlank(s.peek()) {
		s.next()
	}
	if s.peek() == '\n' {
		s.next()
		return s.at
	}
	s.at = at
	return at
}

// variable reads a variable whose name's first character has been read, or tells
// what is wrong with it.
func (s *scanner) variable() (e entry, reason string) {
	e = entry{section: s.section.section, subsection: s.section.subsection}
	start := s.at - 1
	for isKey(s.peek()) {
		s.next()
	}
	e.name = strings.ToLower(string(s.src[start:s.at]))
	c := s.next()
	for isBlank(c) {
		c = s.next()
	}
	switch c {
	case '=':
		e.value, reason = s.value()
	case '\n':
	default:
		return e, "the variable's name is not valid"
	}
	e.end = s.at
	return e, reason
}

// escapes are what a backslash may stand before in a value.
var escapes = map[byte]string{'\n': "", 't': "\t", 'b': "\b", 'n': "\n", '\\': `\`, '"': `"`}

// value reads a value up to the newline behind it, or tells what is wrong with it.
func (s *scanner) value() (value, reason string) {
	var b strings.Builder
	quote, kept := false, 0 // kept: so much of b stays when blanks are trimmed
	for {
		switch c := s.next(); {
		case c == '\n' && quote:
			return "", "the value has no closing quote"
		case c == '\n':
			return b.String()[:kept], ""
		case !quote && (c == '#' || c == ';'):
			s.skipLine()
			return b.String()[:kept], ""
		case !quote && isSpace(c):
			if b.Len() > 0 {
				b.WriteByte(c)
			}
			continue
		case c == '\\':
			text, ok := escapes[s.next()]
			if !ok {
				return "", "the value has a backslash before a character that it cannot escape"
			}
			b.WriteString(text)
		case c == '"':
			quote = !quote
		default:
			b.WriteByte(c)
		}
		kept = b.Len()
	}
}

func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isKey(c byte) bool   { return isAlpha(c) || c >= '0' && c <= '9' || c == '-' }
func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isSpace(c byte) bool { return isBlank(c) || c == '\r' }
