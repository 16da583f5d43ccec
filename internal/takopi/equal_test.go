package takopi

import "testing"

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

func TestTokenFile(t *testing.T) {
	for src, want := range map[string]string{
		"[plugins.ghauth]\ntoken_env_file = \"~/x/t.env\"\n": "/home/ada/x/t.env",
		"plugins = {ghauth = {token_env_file = '/x/t.env'}}": "/x/t.env",
		"[plugins.ghauth]\ntoken_env_file = 5\n":             "",
		"[plugins.ghauth]\n":                                 "",
		"[plugins":                                           "",
		"plugins = 1":                                        "",
		"":                                                   "",
	} {
		if got := TokenFile([]byte(src), "/home/ada"); got != want {
			t.Errorf("TokenFile(%q) = %q, want %q", src, got, want)
		}
	}
}
