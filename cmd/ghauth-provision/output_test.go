package main

import "testing"

// Paths below the home are shortened wherever they stand, but for those that a shell
// would not expand, and those of another tree.
func TestHomely(t *testing.T) {
	w := &world{env: []string{"HOME=/home/u"}}
	for text, want := range map[string]string{
		"/home/u/a is a link to /home/u/b, not ours": "~/a is a link to ~/b, not ours",
		"stays (/home/u/a)":                          "stays (~/a)",
		"run: rmdir '/home/u/a b'":                   "run: rmdir '/home/u/a b'",
		"run: HOME=/home/u/a x":                      "run: HOME=/home/u/a x",
		"/img/home/u/a and /home/user/b":             "/img/home/u/a and /home/user/b",
		"one\n/home/u/a":                             "one\n~/a",
	} {
		if got := w.homely(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := (&world{env: []string{"HOME=/"}}).homely("/a /b"); got != "/a /b" {
		t.Errorf("at home in /: got %q", got)
	}
}
