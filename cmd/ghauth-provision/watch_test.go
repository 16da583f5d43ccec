package main

import (
	"strings"
	"testing"
)

func TestFitting(t *testing.T) {
	for _, c := range []struct {
		name, text string
		rows       int
		want       []string
	}{
		{"a terminal that does not tell", "a\nb\nc\n", 0, []string{"a", "b", "c"}},
		{"room enough", "a\nb\nc\n", 4, []string{"a", "b", "c"}},
		{"a row too few", "a\nb\nc\n", 3, []string{"a", "… and 2 lines more"}},
		{"many too few", "a\nb\nc\nd\ne\nf\n", 4, []string{"a", "b", "… and 4 lines more"}},
		{"no room at all", "a\nb\n", 1, []string{"a", "b"}},
	} {
		want := strings.Join(c.want, clearLine+"\n") + clearLine + "\n"
		if got := fitting(c.text, c.rows); got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		left, whole int
		want        string
	}{
		{3600, 3600, "██████████"},
		{3599, 3600, "██████████"},
		{1800, 3600, "█████░░░░░"},
		{1, 3600, "█░░░░░░░░░"},
		{0, 3600, "░░░░░░░░░░"},
		{0, 0, "░░░░░░░░░░"},
	} {
		if got := bar(c.left, c.whole); got != c.want {
			t.Errorf("bar(%d, %d) = %s, want %s", c.left, c.whole, got, c.want)
		}
	}
}
