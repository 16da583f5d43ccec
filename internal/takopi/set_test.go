package takopi

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// A path with ~ and the same path written out are equal to the caller.
//
// Fault: toml-rewritten
func TestSetEqual(t *testing.T) {
	equal := func(key string, have, want any) bool {
		expand := func(v any) any {
			if s, ok := v.(string); ok && key == "token_env_file" {
				return strings.Replace(s, "~", "/home/ada", 1)
			}
			return v
		}
		return same(expand(have), expand(want))
	}
	table := "[plugins.ghauth]\ntoken_env_file = \"~/token.env\"\nmax_token_age_minutes = 55\n"
	tests := []struct{ name, src, want string }{
		{"written out", "[plugins.ghauth]\ntoken_env_file = '/home/ada/token.env'\nmax_token_age_minutes = 55\n", ""},
		{"another's", "[plugins.ghauth]\ntoken_env_file = '/home/bob/token.env'\nmax_token_age_minutes = 55\n", table},
		{"beside a drift", "[plugins.ghauth]\ntoken_env_file = '/home/ada/token.env'\nmax_token_age_minutes = 5\n",
			"[plugins.ghauth]\ntoken_env_file = '/home/ada/token.env'\nmax_token_age_minutes = 55\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Set([]byte(tt.src), []byte(table), equal)
			if tt.want == "" {
				tt.want = tt.src
			}
			if err != nil || string(got) != tt.want {
				t.Errorf("Set = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestSetValues(t *testing.T) {
	tests := []struct{ name, src, table, want string }{
		{"multi-line array for another",
			"[plugins.ghauth]\nids = [\n  1, # me\n] # all\nx = 1\n", "[plugins.ghauth]\nids = [1, 2]\n",
			"[plugins.ghauth]\nids = [1, 2] # all\nx = 1\n"},
		{"multi-line array wanted",
			"[plugins.ghauth]\nx = 1\n", "[plugins.ghauth]\nids = [\n  1,\n]\n",
			"[plugins.ghauth]\nx = 1\nids = [\n  1,\n]\n"},
		{"an inline table's value",
			"[plugins.ghauth]\nids = { a = 1 }", "[plugins.ghauth]\nids = 'x'",
			"[plugins.ghauth]\nids = 'x'"},
		{"order of a list counts",
			"[plugins.ghauth]\nids = [1, 2]\n", "[plugins.ghauth]\nids = [2, 1]\n",
			"[plugins.ghauth]\nids = [2, 1]\n"},
		{"a number is no string",
			"[plugins.ghauth]\nids = '1'\n", "[plugins.ghauth]\nids = 1\n",
			"[plugins.ghauth]\nids = 1\n"},
		{"comments of the wanted table stay there",
			"", "# why\n[plugins.ghauth] # what\nids   =   1 # how\n",
			"[plugins.ghauth]\nids   =   1\n"},
		{"nothing wanted", "a = 1", "[plugins.ghauth]\n", "a = 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Set([]byte(tt.src), []byte(tt.table), nil)
			if err != nil || string(got) != tt.want {
				t.Errorf("Set = %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// An inline table that lacks a key is named as it stands.
func TestSetInline(t *testing.T) {
	for src, want := range map[string]string{
		"[plugins]\nghauth = { a = 1 }\n":    "line 2, column 1: plugins.ghauth is written inline",
		"[plugins]\nghauth = {}\n":           "line 2, column 1: plugins.ghauth is written inline",
		"plugins = { ghauth = { a = 1 } }\n": "line 1, column 13: plugins.ghauth is written inline",
		"plugins.ghauth = {}\n":              "line 1, column 1: plugins.ghauth is written inline",
		"plugins = { other = 1 }\n":          "line 1, column 1: plugins is written inline: add the missing keys of plugins.ghauth by hand, or write it as a table of its own, below [plugins]",
	} {
		got, err := Set([]byte(src), []byte("[plugins.ghauth]\nb = 1\n"), nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) || got != nil {
			t.Errorf("Set(%q) = %q, %v, want %s", src, got, err, want)
		}
	}
}

// A wanted table that would not be taken over whole is refused, and not as an
// error of the user's file.
func TestSetWanted(t *testing.T) {
	for _, table := range []string{
		"", "a = 1\n", "[plugins.ghauth", "[plugins.ghauth]\na.b = 1\n", "[plugins.ghauth]\n[plugins.ghauth.a]\n",
		"[plugins]\nghauth = { a = 1 }\n", "plugins.ghauth.a = 1\n", "[[plugins.ghauth]]\na = 1\n",
		"b = 1\n[plugins.ghauth]\na = 1\n", "[plugins.other]\n[plugins.ghauth]\na = 1\n",
	} {
		got, err := Set([]byte("x = 1\n"), []byte(table), nil)
		if _, ok := errors.AsType[*Error](err); err == nil || ok || got != nil {
			t.Errorf("Set(%q) = %q, %v, want an error of the wanted table", table, got, err)
		}
	}
}

func TestSizeLimit(t *testing.T) {
	full := append(bytes.Repeat([]byte("#"), MaxSize-1), '\n')
	if got, err := Set(full, []byte(wanted), nil); !errors.Is(err, errTooLarge) || got != nil {
		t.Errorf("Set to beyond the limit = %d bytes, %v, want %v", len(got), err, errTooLarge)
	}
	if got, err := Unset(full, ourKeys); err != nil || !bytes.Equal(got, full) {
		t.Errorf("Unset at the limit = %d bytes, %v, want no change", len(got), err)
	}
	larger := append(full, '\n')
	if _, err := Table(larger); !errors.Is(err, errTooLarge) {
		t.Errorf("Table beyond the limit = %v, want %v", err, errTooLarge)
	}
}

func TestTable(t *testing.T) {
	tests := []struct {
		src  string
		want map[string]any
	}{
		{"", nil},
		{"[plugins]\nenabled = []\n", nil},
		{"[plugins.ghauth]\n", map[string]any{}},
		{"plugins.ghauth.a = [1, 2]\n", map[string]any{"a": []any{int64(1), int64(2)}}},
		{"plugins = { ghauth = { a = 'x' } }\n", map[string]any{"a": "x"}},
		{"[plugins.ghauth.sub]\nb = true\n", map[string]any{"sub": map[string]any{"b": true}}},
	}
	for _, tt := range tests {
		got, err := Table([]byte(tt.src))
		if err != nil || (got == nil) != (tt.want == nil) || !same(got, tt.want) {
			t.Errorf("Table(%q) = %v, %v, want %v", tt.src, got, err, tt.want)
		}
	}
}

func TestExtract(t *testing.T) {
	src, err := os.ReadFile("testdata/corpus/table-drift.toml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Extract(src, []string{"run_refresh_with", "absent", "refresh_script"})
	want := "[plugins.ghauth]\nrun_refresh_with =\t[\"sudo\", \"-n\"]\nrefresh_script=\"/opt/old/refresh\"\n"
	if err != nil || string(got) != want {
		t.Errorf("Extract = %q, %v, want %q", got, err, want)
	}
	if got, err := Extract(src, []string{"absent"}); err != nil || got != nil {
		t.Errorf("Extract of an absent key = %q, %v, want nil", got, err)
	}
}
