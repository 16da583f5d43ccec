package units

import (
	"testing"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, path, argument, shell string }{
		{"/a", `"/a"`, `"/a"`, `'/a'`},
		{"/a b", `"/a b"`, `"/a b"`, `'/a b'`},
		{"/100%h", `"/100%%h"`, `"/100%%h"`, `'/100%h'`},
		{"/$USER", `"/$USER"`, `"/$$USER"`, `'/$USER'`},
		{"/${A}%$", `"/${A}%%$"`, `"/$${A}%%$$"`, `'/${A}%$'`},
		{"/ü", `"/ü"`, `"/ü"`, `'/ü'`},
	} {
		if got, err := unitPath(test.in); err != nil || got != test.path {
			t.Errorf("unitPath(%q) = %s, %v, want %s", test.in, got, err, test.path)
		}
		if got, err := unitArgument(test.in); err != nil || got != test.argument {
			t.Errorf("unitArgument(%q) = %s, %v, want %s", test.in, got, err, test.argument)
		}
		if got := shellQuote(test.in); got != test.shell {
			t.Errorf("shellQuote(%q) = %s, want %s", test.in, got, test.shell)
		}
	}
	if got, want := shellQuote("it's"), `'it'\''s'`; got != want {
		t.Errorf("shellQuote = %s, want %s", got, want)
	}
}

func TestUnitsCannotName(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`/"`, `/'`, `/\`, "/\n", "/\r", "/\t", "/\x00", "/\x7f", "/\u0085", "/\xff"} {
		if got, err := unitPath(in); err == nil {
			t.Errorf("unitPath(%q) = %s, want an error", in, got)
		}
		if got, err := unitArgument(in); err == nil {
			t.Errorf("unitArgument(%q) = %s, want an error", in, got)
		}
	}
}

func TestTOMLValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in   any
		want string
	}{
		{"a", `"a"`},
		{"a,b <&> \"\\ é", `"a,b <&> \"\\ é"`},
		{[]string{}, `[]`},
		{[]string{"sudo", "a,b"}, `["sudo", "a,b"]`},
		{[]int64{1, -2}, `[1, -2]`},
	} {
		if got, err := tomlValue(test.in); err != nil || got != test.want {
			t.Errorf("tomlValue(%#v) = %s, %v, want %s", test.in, got, err, test.want)
		}
	}
}

func TestTilde(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/home/u/a b": "~/a b", "/home/u": "/home/u", "/home/user/a": "/home/user/a", "/srv/home/u/a": "/srv/home/u/a",
	} {
		if got := tilde(in, "/home/u"); got != want {
			t.Errorf("tilde(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOwnLine(t *testing.T) {
	t.Parallel()
	own := ownLine([]byte("[plugins.ghauth]\ntoken_env_file = \"~/x\"\nrun_refresh_with = []\n"))
	for line, want := range map[string]bool{
		"":                                      true,
		" \t":                                   true,
		"[plugins.ghauth]":                      true,
		"token_env_file = \"old\"":              true,
		"  token_env_file='old' # ours":         true,
		"plugins.ghauth.run_refresh_with=[]":    true,
		"bot_token = \"secret\"":                false,
		"[transports.telegram]":                 false,
		"[other.ghauth]":                        false,
		"# the old bot_token was secret":        false,
		"plugins = { x = { token = \"s\" } }":   false,
		"ghauth = { token_env_file = \"old\" }": false,
		"\"secret\",":                           false,
	} {
		if got := own(line); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

// A table's every line is its own, so that its first appearance is shown.
func TestOwnLineKnowsTheTable(t *testing.T) {
	t.Parallel()
	state := desired(t, "/home/u", specs["takopi"])
	f := fileAt(t, state, "/home/u/dotfiles/takopi.toml")
	if got := f.Own("allowed_user_ids = [2]"); !got {
		t.Error("a key of the table is not ours")
	}
	if got := f.Own("bot_token = 1"); got {
		t.Error("a key that is not in the table is ours")
	}
}
