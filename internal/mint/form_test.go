package mint

import (
	"strings"
	"testing"
)

func TestFormed(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	for _, tt := range []struct {
		form form
		word string
		ok   bool
	}{
		{wordForm, "pull_requests", true}, {wordForm, "", false}, {wordForm, "Read", false}, {wordForm, "read\n", false},
		{wordForm, long(100), true}, {wordForm, long(101), false},
		{loginForm, "Octo-org_x", true}, {loginForm, "a.b", false}, {loginForm, long(100), true}, {loginForm, long(101), false},
		{dottedForm, "Iv23li.x", true}, {dottedForm, "a/b", false}, {dottedForm, long(100), true}, {dottedForm, long(101), false},
		{urlForm, "https://github.com/apps/octo-bot", true}, {urlForm, "ftp://github.com", false}, {urlForm, "https://a?b", false},
		{urlForm, "https://" + long(292), true}, {urlForm, "https://" + long(293), false},
		{dottedForm, canary, false}, // a secret may have the form
	} {
		want := tt.word
		if !tt.ok {
			want = ""
		}
		if got := formed(tt.form, tt.word); got != want {
			t.Errorf("formed(%v, %q) = %q, want %q", tt.form, tt.word, got, want)
		}
	}
}
