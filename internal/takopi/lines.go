package takopi

import "bytes"

// lineStart returns where the line of offset starts.
func lineStart(src []byte, offset int) int {
	return bytes.LastIndexByte(src[:offset], '\n') + 1
}

// lineEnd returns where the line after that of offset starts.
func lineEnd(src []byte, offset int) int {
	if i := bytes.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// text returns a range of the document.
func (d *document) text(s span) []byte { return d.src[s.start:s.end] }

// lines widens a range to whole lines.
func (d *document) lines(start, end int) span {
	return span{lineStart(d.src, start), lineEnd(d.src, end)}
}

// valueStart returns where the value starts whose key ends at offset.
func valueStart(src []byte, offset int) int {
	rest := bytes.TrimLeft(src[offset:], " \t")
	rest = bytes.TrimLeft(rest[1:], " \t") // beyond the '='
	return len(src) - len(rest)
}

// newline returns the file's way to end a line, which is the first one's.
func newline(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// newlineAt returns the length of the newline that starts at offset, or 0.
func newlineAt(src []byte, offset int) int {
	switch rest := src[offset:]; {
	case bytes.HasPrefix(rest, []byte("\n")):
		return 1
	case bytes.HasPrefix(rest, []byte("\r\n")):
		return 2
	}
	return 0
}

// newlineBefore returns the length of the newline that ends at offset, or 0.
func newlineBefore(src []byte, offset int) int {
	switch rest := src[:offset]; {
	case bytes.HasSuffix(rest, []byte("\r\n")):
		return 2
	case bytes.HasSuffix(rest, []byte("\n")):
		return 1
	}
	return 0
}

// blank reports whether text is white space only.
func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }
