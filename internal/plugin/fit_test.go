package plugin

import (
	"fmt"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"a\xffb", "a?b"},
		{"\x1b[1;31mred\x1b[0m\x00\x07\r\n\tgreen", "red\n\tgreen"},
		{"ghs_\x1b[1mcanary\x00canary", "ghs_cana…"},
	} {
		if got := clean(tt.text); got != tt.want {
			t.Errorf("clean(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestFit(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, tt := range []struct{ text, want string }{
		{" short\n", "short"},
		{strings.Repeat(long+"\n", 30), strings.Repeat(long+"\n", 18) + "…"},
		{"one\n" + strings.Repeat("x", MaxAnswer), "one\n" + strings.Repeat("x", MaxAnswer-7) + "…"},
	} {
		if got := fit(tt.text); got != tt.want {
			t.Errorf("fit(%.20q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestLastLines: of many apps, those that failed are told of.
func TestLastLines(t *testing.T) {
	good := strings.Repeat("app: new token ghs_0123… until noon\n", 60)
	for _, tt := range []struct{ text, want string }{
		{"app: new token ghs_0123… until noon\ndone", "app: new token ghs_0123… until noon\ndone"},
		{good, "60 new tokens"},
		{"ghauth-provision: asking GitHub for a token …\n" + good, "60 new tokens"},
		{"ghauth-provision: asking GitHub for a token …\napp: new token ghs_0123… until noon", "app: new token ghs_0123… until noon"},
		{"ghauth-provision: gh is away\nother: at work …", "ghauth-provision: gh is away\nother: at work …"},
		{"first: failed\n" + good + "last: failed", "60 new tokens\nfirst: failed\nlast: failed"},
		{good + strings.Repeat("failed\n", 100) + "end", "60 new tokens\n…\n" + strings.Repeat("failed\n", 11) + "end"},
		{strings.Repeat("ü", 100), "…\n" + strings.Repeat("ü", 48)},
	} {
		got := lastLines(tt.text, 101)
		if got != tt.want || len(got) > 101 {
			t.Errorf("lastLines(%.20q…) = %q, %d bytes, want %q", tt.text, got, len(got), tt.want)
		}
	}
}

func TestClip(t *testing.T) {
	more := func(left int) string { return fmt.Sprintf("+%d", left) }
	for _, tt := range []struct {
		out, limit int
		want       string
	}{
		{0, 11, "one two six"},
		{0, 10, "one two +1"},
		{0, 9, "one +2"},
		{0, 1, "+3"}, // never nothing
		{4, 14, "one two six +4"},
		{4, 13, "one two +5"},
	} {
		if got := strings.ReplaceAll(clip([]string{"one", "two", "six"}, tt.out, tt.limit, more), "\n", " "); got != tt.want {
			t.Errorf("clip with %d out, to %d: %q, want %q", tt.out, tt.limit, got, tt.want)
		}
	}
}
