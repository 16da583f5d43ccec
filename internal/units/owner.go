package units

import (
	"path/filepath"
	"strings"
)

// scriptOwner gives the key directory that a refresh script is for, or nothing.
func scriptOwner(script []byte) string {
	_, rest, _ := strings.Cut(string(script), " --config-dir")
	return firstWord(strings.TrimLeft(rest, " ="))
}

// unitOwner gives the key directory that a service is for, or nothing. A unit has %
// and $ doubled, as unitArgument writes them.
func unitOwner(service []byte) string {
	return strings.NewReplacer("%%", "%", "$$", "$").Replace(scriptOwner(service))
}

// tableOwner gives a function that gives the key directory of the token file that a
// takopi.toml names.
func tableOwner(tokenFile func(src []byte) string) func([]byte) string {
	if tokenFile == nil {
		return nil
	}
	return func(src []byte) string {
		if file := tokenFile(src); file != "" {
			return filepath.Dir(file)
		}
		return ""
	}
}

// firstWord takes the quotes off the first word of s, as sh(1) and systemd do.
func firstWord(s string) string {
	var word strings.Builder
	quote, escaped := rune(0), false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && strings.ContainsRune(" \t\r\n;", r):
			return word.String()
		default:
			word.WriteRune(r)
		}
	}
	return word.String()
}
