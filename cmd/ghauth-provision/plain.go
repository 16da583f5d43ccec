package main

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ownColours are what paint writes, and all that is let through to a terminal.
var ownColours = regexp.MustCompile("\x1b\\[(?:0|" + strings.Join([]string{bold, red, green, yellow, cyan}, "|") + ")m")

// plain takes out of a text what a terminal would obey: what others say, as GitHub,
// Vault and programs do, is a part of it, and could move the cursor, set the title, or
// turn the line around (ECMA-48; unicode.org/reports/tr9). Newlines, tabs and our own
// colours stay.
func plain(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, obeyed) {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := ownColours.FindStringIndex(text)
		if at == nil {
			at = []int{len(text), len(text)}
		}
		b.WriteString(strings.Map(passing, text[:at[0]]) + text[at[0]:at[1]])
		text = text[at[1]:]
	}
	return b.String()
}

// obeyed reports whether a terminal does something other than to show r.
func obeyed(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
}

func passing(r rune) rune {
	if obeyed(r) {
		return -1
	}
	return r
}
