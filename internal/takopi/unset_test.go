package takopi

import (
	"errors"
	"strings"
	"testing"
)

func TestUnset(t *testing.T) {
	const k1, k2 = "k1 = 1\n", "k2 = [\n  2,\n]\n"
	const h = "[plugins.ghauth]\n"
	tests := []struct{ name, src, want string }{
		{"no table", "a = 1\n", "a = 1\n"},
		{"no key", "\n" + h, "\n" + h},
		{"all", "a = 1\n\n" + h + k1 + k2, "a = 1\n"},
		{"all, no blank line above", "a = 1\n" + h + k1 + k2, "a = 1\n"},
		{"all, one blank line of two", "a = 1\n\n\n" + h + k1 + k2, "a = 1\n\n"},
		{"all, first in the file", h + k1 + "[b]\n", "[b]\n"},
		{"all, white space above", "a = 1\n \n" + h + k1, "a = 1\n \n"},
		{"a foreign key", h + k1 + "x = 1\n" + k2, h + "x = 1\n"},
		{"a foreign key is dotted", h + "x.y = 1\n" + k1, h + "x.y = 1\n"},
		{"a comment above", h + "# mine\n" + k1, h + "# mine\n"},
		{"a comment between", h + k1 + "# mine\n" + k2, h + "# mine\n"},
		{"a comment below", h + k1 + "# mine\n", h + "# mine\n"},
		{"a comment below, then a table", h + k1 + "# mine\n[b]\n", h + "# mine\n[b]\n"},
		{"a comment of the header", "[plugins.ghauth] # mine\n" + k1, "[plugins.ghauth] # mine\n"},
		{"a comment of the next table", h + k1 + "\n# b's\n  # own\n[b]\n", "\n# b's\n  # own\n[b]\n"},
		{"a comment like the next table's, in a string",
			h + k1 + "x = '''\n\n# no\n'''\n[b]\n", h + "x = '''\n\n# no\n'''\n[b]\n"},
		{"a comment behind the value", h + "k1 = 1 # one\nx = 2\n", h + "x = 2\n"},
		{"an empty table's mark", h + "\n" + k1, h},
		{"an empty table's mark, not all gone", h + "\n" + k1 + "x = 1\n", h + "\nx = 1\n"},
		{"a sub-table below", h + k1 + "[plugins.ghauth.sub]\nk1 = 1\n", "[plugins.ghauth.sub]\nk1 = 1\n"},
		{"no final newline", "a = 1\n\n" + h + "k1 = 1", "a = 1"},
		{"no final newline, two keys", h + "x = 1\nk1 = 1\nk2 = 2", h + "x = 1"},
		{"no final newline, CRLF", "a = 1\r\n\r\n[plugins.ghauth]\r\nk1 = 1", "a = 1"},
		{"no final newline, nothing above", "plugins.ghauth.k1 = 1", ""},
		{"dotted", "plugins.ghauth.k1 = 1\nplugins.x = 1\n  plugins.ghauth.k2 = 1\n", "plugins.x = 1\n"},
		{"dotted, under plugins", "[plugins]\nghauth.'k1' = 1\n", "[plugins]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The order of the keys, and a key given twice, mean nothing.
			got, err := Unset([]byte(tt.src), []string{"k2", "k1", "k3", "k1"})
			if err != nil || string(got) != tt.want {
				t.Errorf("Unset = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestUnsetRefuses(t *testing.T) {
	tests := []struct {
		src          string
		line, column int
		reason       string
	}{
		{"\nplugins = { ghauth.k1 = 1 }\n", 2, 13, "inline table"},
		{"[plugins]\nghauth = { k1 = 1 }\n", 2, 12, "inline table"},
		{"[plugins.ghauth]\nx = 1\n  [[plugins.ghauth.k1]]\n", 3, 3, "table of its own"},
		{"[plugins.ghauth]\nk1.x = 1\n", 2, 1, "table of its own"},
		{"a = 1\nplugins.ghauth = 1\n", 2, 1, "plugins.ghauth is not a table"},
		{"\n\nplugins = 1\n", 3, 1, "plugins is not a table"},
		{"a = 1\n\nb = \n", 3, 5, "not valid TOML"},
	}
	for _, tt := range tests {
		got, err := Unset([]byte(tt.src), []string{"k1"})
		e, ok := errors.AsType[*Error](err)
		if !ok || got != nil {
			t.Errorf("Unset(%q) = %q, %v, want nothing and an *Error", tt.src, got, err)
			continue
		}
		if e.Line != tt.line || e.Column != tt.column || !strings.Contains(e.Reason, tt.reason) {
			t.Errorf("Unset(%q): %v, want line %d, column %d: … %s", tt.src, e, tt.line, tt.column, tt.reason)
		}
	}
}
