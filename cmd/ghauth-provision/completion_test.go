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
		{"mint --output=", "--output=env --output=json --output=token"},
		{"mint --output=j", "--output=json"},
		{"mint --output =", "env json token"}, // as bash has it
		{"mint --output = j", "json"},
		{"mint --output = json --fo", "--force"},
		{"mint --app ", ""}, // none is provisioned
		{"mint --app-id ", ""},
		{"status ", ""},
		{"plugin status ", ""}, // apps, of which there are none, and no further verb
		{"help pl", "plan plugin"},
		{"exec ", "--"},
		{"apply ", "files"},
		{"apply today.plan ", ""},
		{"plugin wheel ", "files"},
		{"apply --spec ", "files"},
		{"apply --spec=gh", "files"},
		{"apply -f gh", "files"},
		{"apply --spec = gh", "files"},
		{"mint --config-dir ", "files"},
		{"exec -- m", "files"},
		{"--v", "--version"},
		{"nonsense ", ""},
		{"", strings.Join(allVerbs(w), " ")},
	} {
		fit, files := w.complete(strings.Split(tt.line, " "))
		if files {
			fit = append(fit, "files")
		}
		if got := strings.Join(fit, " "); got != tt.want {
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
