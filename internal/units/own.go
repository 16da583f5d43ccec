package units

import (
	"slices"
	"strings"
)

// ownLine tells which lines of takopi.toml a diff may show: those that hold
// nothing but the header or one key of the rendered table, and blank ones. Any
// other may hold a bot's token, an inline table too.
func ownLine(table []byte) func(line string) bool {
	var own []string
	for line := range strings.Lines(string(table)) {
		own = append(own, keyOf(line))
	}
	return func(line string) bool {
		return strings.TrimSpace(line) == "" || slices.Contains(own, keyOf(line))
	}
}

// keyOf gives the last part of the key that a line sets, or all of a line that
// sets none.
func keyOf(line string) string {
	key, _, sets := strings.Cut(strings.TrimSpace(line), "=")
	if !sets {
		return key
	}
	return strings.TrimSpace(key[strings.LastIndex(key, ".")+1:])
}
