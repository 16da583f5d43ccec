package main

import (
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	w := &world{env: []string{"HOME=/nowhere"}}
	for _, tt := range []struct{ line, want string }{
		{"pl", "plan plugin"},
		{"plan ", "diff"},
		{"plan --de", "--destroy --detailed-exitcode"},
		{"plan -f x.hcl --de", "--destroy --detailed-exitcode"},
		{"-f x.hcl pl", "plan plugin"},
		{"plan diff ", ""},
		{"completion ", "bash zsh fish"},
		{"completion f", "fish"},
		{"plugin st", "status"},
		{"mint --output ", "env json token"},
		{"mint --output=", ""},
		{"mint --app ", ""}, // none is provisioned
		{"apply ", ""},      // files
		{"apply --spec ", ""},
		{"exec -- m", ""},
		{"--v", "--version"},
		{"nonsense ", strings.Join(allVerbs(w), " ")},
	} {
		if got := strings.Join(w.complete(strings.Split(tt.line, " ")), " "); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.line, got, tt.want)
		}
	}
}

func allVerbs(w *world) (all []string) {
	for _, v := range w.verbs() {
		all = append(all, v.Name)
	}
	return all
}
