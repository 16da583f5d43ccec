package takopi

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// leak matches what the tests put where a bot's token could be.
var leak = regexp.MustCompile(`(?i)canary|7300000001|123456789`)

// No error holds any of the file's text, wherever the token is misplaced.
func TestErrorsHoldNoContent(t *testing.T) {
	const token = "7300000001:AAFcanary"
	tests := []struct{ name, src string }{
		{"unquoted", "bot_token = " + token},
		{"unclosed", "bot_token = \"" + token + "\nx = 1\n"},
		{"unclosed, long", "bot_token = \"\"\"" + token},
		{"bad escape", `bot_token = "` + token + `\q"`},
		{"no key", token},
		{"key twice", "canary = 1\ncanary = 2\n"},
		{"table twice", "[canary]\n[canary]\n"},
		{"value as table", "canary = 1\n[canary.x]\n"},
		{"table as array", "[canary]\n[[canary]]\n"},
		{"twice in braces", "x = { canary = 1, canary = 2 }"},
		{"float", "x = 7300000001e7300000001"},
		{"integer", "x = 73000000010000000000000000"},
		{"date", "x = 7300-00-01T00:00:00Z"},
		{"plugins", `plugins = "` + token + `"`},
		{"ghauth", `plugins.ghauth = "` + token + `"`},
		{"ghauth in braces", `plugins = { ghauth = "` + token + `" }`},
		{"inline", `plugins = { canary = "` + token + `" }`},
		{"a key as table", `plugins.ghauth.token_env_file.canary = "` + token + `"`},
		{"quoted header", "[\"" + token + "\"]\n[\"" + token + "\"]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Set([]byte(tt.src), []byte(wanted), nil)
			checkError(t, err)
		})
	}
}

// Whatever a file is cut to, its error says nothing of it.
func TestErrorsOfTruncatedFiles(t *testing.T) {
	for path, src := range corpus(t) {
		for n := range src {
			if _, err := Set(src[:n], []byte(wanted), nil); err != nil {
				checkError(t, err)
			}
			if t.Failed() {
				t.Fatalf("%s, cut to %d bytes", path, n)
			}
		}
	}
}

// checkError wants an *Error that holds no text of a file, in any format.
func checkError(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Errorf("got %T (%v), want an *Error", err, err)
		return
	}
	if e.Line == 0 || e.Column == 0 {
		t.Errorf("%v: no position", e)
	}
	for unwrapped := err; unwrapped != nil; unwrapped = errors.Unwrap(unwrapped) {
		if text := fmt.Sprintf("%v %+v %#v", unwrapped, unwrapped, unwrapped); leak.MatchString(text) {
			t.Errorf("the error shows the file: %s", text)
		}
	}
	if strings.ContainsAny(e.Reason, "\n\r\"") {
		t.Errorf("reason %q: want one line that quotes nothing", e.Reason)
	}
}
