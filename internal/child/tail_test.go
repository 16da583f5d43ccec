package child

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTailKeepsTheEnd(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{" one\ntwo \n", "one\ntwo"},
		{strings.Repeat("x ", 10000) + "the end", "x the end"},
		{"é" + strings.Repeat("é", 10), strings.Repeat("é", 5)},
		{"x" + strings.Repeat("é", 4) + "x", "xééééx"},
		{"xx" + strings.Repeat("é", 4) + "x", "xééééx"},
		{"xééééxx", "ééééxx"},
		{"\xff\xfeab\xff", "ab"},
		{"ghs_canary0123456789\n", "s_cana…"},
		{"CANARY+/=" + strings.Repeat("+/=~", longestToken/4+10) + " rest\n", "rest"}, // of a token whose head is gone
		{"gh\xffs_canary0123456789\n", "s_cana…"},
	}
	for _, tt := range tests {
		tail := &Tail{Max: 10}
		if n, err := tail.Write([]byte(tt.in)); n != len(tt.in) || err != nil {
			t.Errorf("Write = %d, %v, want %d", n, err, len(tt.in))
		}
		if got := tail.String(); got != tt.want {
			t.Errorf("tail of %.30q = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestTailIsBounded(t *testing.T) {
	tail := &Tail{Max: 10}
	for range 1000 {
		if _, err := tail.Write([]byte(strings.Repeat("x", 1000))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(tail.kept); n > tail.Max+longestToken {
		t.Errorf("%d bytes kept", n)
	}
}

// What a token has past its first eight characters never comes through, be it
// cut by the bound, by the writes, or both.
func FuzzTail(f *testing.F) {
	const classic = "ghs_canary"
	for _, token := range []string{classic, "ghs_1234_eyJh.eyJp." + strings.Repeat("Ab-_9", 200)} {
		f.Add(token, "token: ", "\n", uint16(1), uint16(7), uint16(50))
		f.Add(token, "", " ", uint16(900), uint16(4096), uint16(900))
		f.Add(token, "\xe2\x80", "\xff", uint16(2000), uint16(1), uint16(1000))
		f.Add(token, "", "…", uint16(longestToken/len(token)+1), uint16(10000), uint16(100))
	}
	f.Fuzz(func(t *testing.T, token, before, after string, times, chunk, bound uint16) {
		text := "ghs_" + tokenOnly(token) + "canary0123456789"
		// Letters before would make it another word, letters after a longer one.
		line := before + " " + text + " " + after
		if len(text) > 4096 || len(line) > longestToken {
			t.Skip("longer than tokens are")
		}
		tail := &Tail{Max: int(bound)}
		in := strings.Repeat(line, min(int(times), 4*longestToken/len(line)))
		for len(in) > 0 {
			n := min(len(in), int(chunk)+1)
			if _, err := tail.Write([]byte(in[:n])); err != nil {
				t.Fatal(err)
			}
			in = in[n:]
		}
		got := tail.String()
		if len(got) > tail.Max || !utf8.ValidString(got) {
			t.Errorf("%d bytes, valid %t, want at most %d", len(got), utf8.ValidString(got), tail.Max)
		}
		if secret := text[len(text)-8:]; strings.Contains(got, secret) && !strings.Contains(before+after, secret) {
			t.Errorf("%.200q has the end of the token", got)
		}
	})
}

// tokenOnly leaves what a token may be of.
func tokenOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if inToken(r) {
			return r
		}
		return -1
	}, s)
}
