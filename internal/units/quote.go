package units

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
)

// quoting holds the functions that templates write values with.
var quoting = template.FuncMap{
	"env":  func(v any) (string, error) { return envfile.Quote(fmt.Sprint(v)) },
	"sh":   shellQuote,
	"unit": unitPath,
	"arg":  unitArgument,
	"toml": tomlValue,
	"json": jsonValue,
}

// shellQuote makes one word of s for sh(1).
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// unitPath makes one word of s for the program of ExecStart=, or for any other
// setting that takes a quoted path: in quotes, with % doubled (systemd.unit(5),
// "Specifiers"). A program's path takes no quote or backslash, however it is
// escaped, and a unit no text that is not UTF-8.
func unitPath(s string) (string, error) {
	if strings.ContainsAny(s, `"'\`) || strings.ContainsFunc(s, unicode.IsControl) || !utf8.ValidString(s) {
		return "", fmt.Errorf("%q cannot be named in a unit", s)
	}
	return `"` + strings.ReplaceAll(s, "%", "%%") + `"`, nil
}

// unitArgument makes one word of s for an argument of ExecStart=, where $ is
// doubled too: variables are put in there, but not in the program's own path
// (systemd.service(5), "Command lines").
func unitArgument(s string) (string, error) {
	return unitPath(strings.ReplaceAll(s, "$", "$$"))
}

// tomlValue writes a string, a number or a list of them. TOML's strings and
// numbers are JSON's: its basic strings know all escapes that the encoder writes.
func tomlValue(v any) (string, error) {
	switch list := v.(type) {
	case []string:
		return tomlList(list)
	case []int64:
		return tomlList(list)
	}
	return jsonValue(v)
}

// jsonValue writes JSON on one line, with the keys of a map sorted.
func jsonValue(v any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSpace(b.String()), err
}

func tomlList[T any](list []T) (string, error) {
	words := make([]string, len(list))
	for i, v := range list {
		var err error
		if words[i], err = tomlValue(v); err != nil {
			return "", err
		}
	}
	return "[" + strings.Join(words, ", ") + "]", nil
}
