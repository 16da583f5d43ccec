package takopi

import (
	"slices"
	"testing"
)

func TestEqualBelow(t *testing.T) {
	equal := EqualBelow("/home/ada")
	for _, tt := range []struct {
		key        string
		have, want any
		equal      bool
	}{
		{"token_env_file", "/home/ada/x.env", "~/x.env", true},
		{"refresh_script", "~/bin//x", "~/bin/x", true},
		{"token_env_file", "/home/bob/x.env", "~/x.env", false},
		{"token_env_file", int64(5), "~/x.env", false},
		{"note", "/home/ada/x", "~/x", false},
		{"max_token_age_minutes", int64(55), int64(55), true},
		{"max_token_age_minutes", "55", int64(55), false},
		{"run_refresh_with", []any{"sudo", "-n"}, []any{"sudo", "-n"}, true},
	} {
		if got := equal(tt.key, tt.have, tt.want); got != tt.equal {
			t.Errorf("equal(%s, %v, %v) = %v, want %v", tt.key, tt.have, tt.want, got, tt.equal)
		}
	}
}

func TestKeys(t *testing.T) {
	got, err := Keys([]byte("[plugins.ghauth]\nb = 1\na = [2]\n"))
	if want := []string{"b", "a"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Keys() = %q, %v, want %q", got, err, want)
	}
	if _, err := Keys([]byte("x = 1\n")); err == nil {
		t.Error("Keys() takes a table of another name")
	}
}
