// Package envfile reads and quotes the lines NAME='value' that a shell's
// `. file` and systemd's EnvironmentFile= (systemd.exec(5)) read alike.
package envfile

import (
	"fmt"
	"strings"
)

// MaxSize bounds the files that Parse takes, in bytes.
const MaxSize = 64 << 10

// Parse reads the lines of an env file: blank lines, comments that start with
// # or ;, and assignments whose value is bare, in single quotes or in double
// quotes. A name that comes twice, an unclosed quote and anything that a shell
// would expand or run are errors, which name the line and never a value.
func Parse(data []byte) (map[string]string, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("larger than %d bytes", MaxSize)
	}
	vars := map[string]string{}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		name, raw, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if !ok || !validName(name) {
			return nil, fmt.Errorf("line %d is not NAME=value", i+1)
		}
		value, err := unquote(raw)
		if err != nil {
			return nil, fmt.Errorf("line %d: the value of %s %w", i+1, name, err)
		}
		if _, twice := vars[name]; twice {
			return nil, fmt.Errorf("line %d sets %s again", i+1, name)
		}
		vars[name] = value
	}
	return vars, nil
}

// Quote gives value in single quotes. A value with a single quote or a control
// character has no form that both readers take, and is an error.
func Quote(value string) (string, error) {
	if i := strings.IndexFunc(value, unquotable); i >= 0 {
		return "", fmt.Errorf("character %q cannot stand in an env file", value[i])
	}
	return "'" + value + "'", nil
}

func unquotable(r rune) bool { return r == '\'' || r < ' ' || r == 0x7f }

func unquote(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	quote := raw[0]
	if quote != '\'' && quote != '"' {
		if strings.ContainsAny(raw, " \t'\"\\`$&|;<>()") {
			return "", fmt.Errorf("has to be quoted")
		}
		return raw, nil
	}
	if len(raw) < 2 || raw[len(raw)-1] != quote {
		return "", fmt.Errorf("has no closing quote")
	}
	value := raw[1 : len(raw)-1]
	if strings.IndexByte(value, quote) >= 0 || quote == '"' && strings.ContainsAny(value, "\\`$") {
		return "", fmt.Errorf("is not one plain quoted string")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", fmt.Errorf("has a control character")
	}
	return value, nil
}

func validName(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
