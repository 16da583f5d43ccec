package units

import (
	"slices"
	"strings"
)

// ownLine tells which lines of takopi.toml a diff may show: those that hold
// nothing but the header or one key of the rendered table, and blank ones. Any
// other may hold a bot's token, an inline table too.
func ownLine(table []byte) func(line string) bool {
	own := []string{"allowed_user_ids"} // not in every table, and given back when it leaves
	for line := range strings.Lines(string(table)) {
		own = append(own, keyOf(line))
	}
	return func(line string) bool {
		return strings.TrimSpace(line) == "" || slices.Contains(own, keyOf(line))
	}
}

// keysOf gives the keys that a rendered table sets.
func keysOf(table []byte) (keys []string) {
	for line := range strings.Lines(string(table)) {
		if strings.Contains(line, "=") {
			keys = append(keys, keyOf(line))
		}
	}
	return keys
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
