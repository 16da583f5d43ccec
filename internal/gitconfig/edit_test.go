package gitconfig

import (
	"slices"
	"strings"
	"testing"
)

const url = "https://github.com"

var helper = Helper{URL: url, Program: "/home/u/.local/bin/ghauth-provision"}

const lines = `	helper =
	helper = "!'/home/u/.local/bin/ghauth-provision' git-credential"
	useHttpPath = true
`

const section = "[credential \"https://github.com\"]\n" + lines

func TestSet(t *testing.T) {
	old := strings.ReplaceAll(section, "/home/u/.local/bin/", "/usr/bin/")
	for _, tt := range []struct{ name, src, want string }{
		{"nothing", "", section},
		{"another section", "[user]\n\tname = U\n", "[user]\n\tname = U\n\n" + section},
		{"no newline at the end", "[user]\n\tname = U", "[user]\n\tname = U\n" + section},
		{"a blank line at the end", "[user]\n\n", "[user]\n\n\n" + section},
		{"carriage returns", "[user]\r\n\tname = U\r\n", "[user]\r\n\tname = U\r\n\n" + section},
		{"a comment at the end", "# \\", "# \\\n" + section},
		{"it is there", "[user]\n" + section + "[x]\n", "[user]\n" + section + "[x]\n"},
		{"another program", "[user]\n" + old + "[x]\n", "[user]\n" + section + "[x]\n"},
		{"the reset is missing", strings.Replace(section, "\thelper =\n", "", 1), section},
		{"the path is missing", strings.Replace(section, "\tuseHttpPath = true\n", "", 1) + "# c\n", section + "# c\n"},
		{"the path is off", strings.Replace(section, "= true", "= false", 1), section},
		{"twice", section + old + "[x]\n", section + "[credential \"https://github.com\"]\n[x]\n"},
		{"a variable of others among ours", section + "\tusername = U\n", section + "\tusername = U\n"},
		{"the user's own helper for the host", "[credential \"https://github.com\"]\n\thelper = store\n",
			"[credential \"https://github.com\"]\n\thelper = store\n\n" + section},
		{"another helper above ours", strings.Replace(section, "\thelper =\n", "\thelper = store\n", 1), strings.Replace(section, "\thelper =\n", "\thelper = store\n\thelper =\n", 1)},
		{"that of gh", "[credential \"https://github.com\"]\n\thelper = \n\thelper = !/usr/bin/gh auth git-credential\n",
			"[credential \"https://github.com\"]\n\thelper = \n\thelper = !/usr/bin/gh auth git-credential\n\n" + section},
		{"ours for another host", strings.ReplaceAll(section, "github.com", "ghe.example.com"),
			strings.ReplaceAll(section, "github.com", "ghe.example.com") + "\n" + section},
	} {
		got, err := helper.Set([]byte(tt.src))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got\n%s\n%v, want\n%s", tt.name, got, err, tt.want)
		}
	}
}

func TestUnset(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"it is not there", "[user]\n\tname = U\n", "[user]\n\tname = U\n"},
		{"a variable of others among ours", "[a]\n\n" + section + "\tusername = U\n", "[a]\n\n[credential \"https://github.com\"]\n\tusername = U\n"},
		{"a section below", "[a]\n\n" + section + "[b]\n", "[a]\n[b]\n"},
		{"a section below and no blank line above", "[a]\n" + section + "[b]\n", "[a]\n[b]\n"},
		{"a comment below", "[a]\n\n" + section + "# b\n", "[a]\n# b\n"},
		{"saved with carriage returns", strings.ReplaceAll("[a]\n\n"+section+"[b]\n", "\n", "\r\n"), "[a]\r\n[b]\r\n"},
		{"the user's own helper for the host", "[credential \"https://github.com\"]\n\thelper = store\n\n" + section,
			"[credential \"https://github.com\"]\n\thelper = store\n"},
		{"the user's own variables beside it", "[credential \"https://github.com\"]\n\tuseHttpPath = true\n\thelper =\n\thelper = store\n\n" + section,
			"[credential \"https://github.com\"]\n\tuseHttpPath = true\n\thelper =\n\thelper = store\n"},
		{"ours for another host", strings.ReplaceAll(section, "github.com", "ghe.example.com"), strings.ReplaceAll(section, "github.com", "ghe.example.com")},
		{"twice", section + "\n" + section, ""},
		{"on the header's line", "[credential \"https://github.com\"] helper = \"!'/x' git-credential\"\n[b]\n", "[b]\n"},
	} {
		got, err := Unset([]byte(tt.src), url)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got\n%q\n%v, want\n%q", tt.name, got, err, tt.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		src, reason string
		line        int
	}{
		{"[user]\nname = \"secret\n", "no closing quote", 2},
		{"[user]\n\nname = \\secret\n", "a backslash", 3},
		{"[user\nname = secret\n", "header", 1},
		{"[user \"secret\n\"]\n", "header", 1},
		{"[user \"secret\" x]\n", "header", 1},
		{"[user]\nna_me = secret\n", "name is not valid", 2},
		{"[user]\n= secret\n", "neither", 2},
		{"[user]\nname = secret\\", "goes on", 2},
		{strings.Repeat("#\n", maxSize), "larger", 1},
	} {
		got, err := helper.Set([]byte(tt.src))
		e, ok := err.(*Error)
		if !ok || !strings.Contains(e.Reason, tt.reason) || e.Line != tt.line || got != nil {
			t.Errorf("%.40q: got %q, %v, want line %d and %q", tt.src, got, err, tt.line, tt.reason)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows what is in it: %v", tt.src, err)
		}
	}
}

func TestOwns(t *testing.T) {
	for line, want := range map[string]bool{
		"": true, "\thelper =": true, "[credential \"https://github.com\"]": true, "\tuseHttpPath = true": true,
		"\thelper = \"!'/elsewhere/ghauth-provision' git-credential --config-dir '/k'\"": true,
		"\thelper = store":                                         false,
		"\tuseHttpPath = false":                                    false,
		"[url \"https://secret@host\"]":                            false,
		"\thelper = \"!'/x' git-credential\"\n\tpassword = secret": false,
	} {
		if got := helper.Owns(line); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

// others are the variables that are not ours.
func (d *document) others() []entry {
	return slices.DeleteFunc(slices.Clone(d.entries), func(e entry) bool { return e.header || slices.Contains(d.own, e) })
}

// same reports whether two lists of variables say the same, wherever they stand.
func same(a, b []entry) bool {
	return slices.EqualFunc(a, b, func(a, b entry) bool {
		a.start, a.end, b.start, b.end = 0, 0, 0, 0
		return a == b
	})
}

func TestFind(t *testing.T) {
	for _, dir := range []string{"", "/k", "/a 'b' $c"} {
		h := Helper{URL: url, Program: "/it's/x", ConfigDir: dir}
		src, err := h.Set([]byte("[credential \"https://github.com\"]\n\thelper = store\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := Find(src, url); got != dir || !ok {
			t.Errorf("got %q, %v, want %q", got, ok, dir)
		}
		if got, ok := Find(src, "https://ghe.example.com"); ok {
			t.Errorf("for another URL: got %q", got)
		}
	}
	if got, ok := Find([]byte("["), url); ok {
		t.Errorf("in what is not valid: got %q", got)
	}
}

// FuzzSet: to set and unset leaves a file as it was, to set twice is to set once,
// and no variable of others changes.
func FuzzSet(f *testing.F) {
	for _, src := range []string{"", "\n", "[a]\n\tb = c\n", "[a] b = \"c # \\\"\" ; d\n", "[a \"b \\\" \\\\\"]\r\n c\r\n", "\ufeff[a]\nb=c\\\nd", section, "[a]\nb = c\r", "A\n\r", "[credential \"https://github.com\"]\nhelper=\n"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		before, err := read([]byte(src), url)
		if err != nil {
			return
		}
		set, err := helper.Set([]byte(src))
		if err != nil {
			return
		}
		if again, err := helper.Set(set); err != nil || string(again) != string(set) {
			t.Fatalf("set twice: %q, %v, once: %q", again, err, set)
		}
		unset, err := Unset(set, url)
		if err != nil || len(before.own) == 0 && string(unset) != src {
			t.Fatalf("%q became %q, %v", src, unset, err)
		}
		after, err := read(unset, url)
		if err != nil || len(after.own) > 0 || !same(before.others(), after.others()) {
			t.Fatalf("%q became %q, %v", src, unset, err)
		}
	})
}
