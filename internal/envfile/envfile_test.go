package envfile

import (
	"maps"
	"os/exec"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want map[string]string
		err  string
	}{
		{"", map[string]string{}, ""},
		{"# note\n\n; note\nA=1\nB='x y'\r\nC=\"z\"\nexport D=\n", map[string]string{"A": "1", "B": "x y", "C": "z", "D": ""}, ""},
		{"A='$HOME `id` \\'", map[string]string{"A": "$HOME `id` \\"}, ""},
		{"A=1\nA=2", nil, "line 2 sets A again"},
		{"A", nil, "line 1 is not NAME=value"},
		{"1A=1", nil, "line 1 is not NAME=value"},
		{"A ='x'", nil, "line 1 is not NAME=value"},
		{"A='canary", nil, "line 1: the value of A has no closing quote"},
		{"A='", nil, "line 1: the value of A has no closing quote"},
		{"A='a'b'", nil, "line 1: the value of A is not one plain quoted string"},
		{"A=\"$canary\"", nil, "line 1: the value of A is not one plain quoted string"},
		{"A=canary; id", nil, "line 1: the value of A has to be quoted"},
		{"A='x\x00y'", nil, "line 1: the value of A has a control character"},
		{strings.Repeat("#", MaxSize+1), nil, "larger than 65536 bytes"},
	}
	for _, tt := range tests {
		got, err := Parse([]byte(tt.in))
		if msg := errText(err); msg != tt.err {
			t.Errorf("Parse(%.40q) error = %q, want %q", tt.in, msg, tt.err)
		}
		if !maps.Equal(got, tt.want) {
			t.Errorf("Parse(%.40q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestQuoteRefuses(t *testing.T) {
	for _, value := range []string{"a'b", "a\nb", "a\x00", "\x7f"} {
		if got, err := Quote(value); err == nil {
			t.Errorf("Quote(%q) = %s, want an error", value, got)
		}
	}
}

// What Quote writes, Parse and a real shell read back.
func TestQuoteRoundTrip(t *testing.T) {
	for _, value := range []string{"", "plain", "a b", `$HOME "x" \ ` + "`id`", "é ü %", `{"contents":"read"}`, "#x", "~"} {
		quoted, err := Quote(value)
		if err != nil {
			t.Fatal(err)
		}
		vars, err := Parse([]byte("V=" + quoted + "\n"))
		if err != nil || vars["V"] != value {
			t.Errorf("Parse(V=%s) = %q, %v", quoted, vars["V"], err)
		}
		out, err := exec.Command("sh", "-c", "V="+quoted+`; printf %s "$V"`).Output()
		if err != nil || string(out) != value {
			t.Errorf("sh reads %s as %q, %v", quoted, out, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("A='x'\n"))
	f.Add([]byte("export A=\"y\"\r\n#\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		vars, err := Parse(data)
		if err != nil {
			return
		}
		for name, value := range vars {
			quoted, err := Quote(value)
			if err != nil {
				continue // a value from double quotes may hold a single one
			}
			again, err := Parse([]byte(name + "=" + quoted))
			if err != nil || again[name] != value {
				t.Errorf("%s=%s reads back as %q, %v", name, quoted, again[name], err)
			}
		}
	})
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
