package plugin

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// fit makes a message of text. What is too long ends with a whole line, where that
// leaves most of it.
func fit(text string) string {
	text = strings.TrimSpace(text)
	if len(text) <= MaxAnswer {
		return text
	}
	text = cut(text, MaxAnswer)
	if end := strings.LastIndexByte(text, '\n'); end > MaxAnswer/2 {
		text = text[:end] + "\n…"
	}
	return text
}

// colours are what a terminal takes for such (ECMA-48, 8.3.117).
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// clean leaves out what a chat does not show, or refuses, and then every secret, which
// that may have parted.
func clean(text string) string {
	text = colours.ReplaceAllString(strings.ToValidUTF8(text, "?"), "")
	return mint.Redact(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

// cut shortens text to at most limit bytes, between two characters.
func cut(text string, limit int) string {
	const more = "…"
	if len(text) <= limit {
		return text
	}
	end := limit - len(more)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

// clip joins lines to at most limit bytes: as many of the first as there is room for.
// A last line, which more gives, counts those that are left out, out of them before.
func clip(lines []string, out, limit int, more func(left int) string) (text string) {
	for n := len(lines); n >= 0; n-- {
		shown := slices.Clone(lines[:n])
		if left := out + len(lines) - n; left > 0 {
			shown = append(shown, more(left))
		}
		if text = strings.Join(shown, "\n"); len(text) <= limit {
			break
		}
	}
	return text
}

// progress reports whether line is what the program says while it waits for something:
// in the chat it comes when the wait is over.
func progress(line string) bool {
	return strings.HasPrefix(line, "ghauth-provision: ") && strings.HasSuffix(line, " …")
}

// lastLines shortens a script's output to at most limit bytes: the tokens that went well
// are counted, and of the rest it is the last lines that tell how it ended.
func lastLines(text string, limit int) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), progress)
	if text = strings.Join(lines, "\n"); len(text) <= limit {
		return text
	}
	rest := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(line, ": new token ") })
	good := ""
	if n := len(lines) - len(rest); n > 0 {
		good = fmt.Sprintf("%d new tokens\n", n)
	}
	if text = good + strings.Join(rest, "\n"); len(text) <= limit {
		return strings.TrimSpace(text)
	}
	text = text[len(text)-limit+len(good)+len("…\n"):]
	if _, whole, ok := strings.Cut(text, "\n"); ok && len(whole) > len(text)/2 {
		text = whole
	}
	return good + "…\n" + strings.ToValidUTF8(text, "")
}

// shorter joins the lines of apps to at most limit bytes. It leaves out those with a
// fresh token first: who asks wants to know of the others.
func shorter(lines []string, limit int) string {
	if text := strings.Join(lines, "\n"); len(text) <= limit {
		return text
	}
	rest := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(line, ": "+fresh+", ") })
	good := len(lines) - len(rest)
	if len(rest) == 0 {
		return fmt.Sprintf("all %d apps are fresh: /ghauth status NAME tells of one", good)
	}
	return clip(rest, good, limit, func(left int) string {
		count := fmt.Sprintf("and %d more", left)
		if good > 0 {
			count += fmt.Sprintf(", %d of them fresh", good)
		}
		return count + ": /ghauth status NAME"
	})
}
