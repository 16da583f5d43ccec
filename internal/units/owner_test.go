package units

import (
	"testing"
)

// What a script, a service and git's helper are rendered for can be read from them again.
func TestOwners(t *testing.T) {
	const home = "/home/takopi"
	for _, dir := range []string{"/srv/ghauth", "/srv/a b", "/srv/100% $HOME %h $$", "/srv/--config-dir x", "/srv/ü;#&"} {
		state := desired(t, home, fourLines+"paths { config_dir = \""+dir+"\" }\n")
		owners := 0
		for _, f := range state.Files {
			if f.Owner == nil {
				continue
			}
			owners++
			if got := f.Owner([]byte(contentOf(t, f))); got != dir {
				t.Errorf("the owner of %s is %q, want %q", f.Path, got, dir)
			}
		}
		if owners != 3 {
			t.Errorf("%d files have an owner, want the script, the service and git's configuration", owners)
		}
	}
	for script, want := range map[string]string{
		"exec ghauth-provision mint --config-dir=/a --force": "/a",
		`mint --config-dir '/it'\''s' "$@"`:                  "/it's",
		`mint --config-dir "/a \"b\""`:                       `/a "b"`,
		"mint --config-dir\n":                                "",
		"curl -d @-":                                         "",
		"":                                                   "",
	} {
		if got := scriptOwner([]byte(script)); got != want {
			t.Errorf("the owner of %q is %q, want %q", script, got, want)
		}
	}
}

// takopi.toml is of the directory whose token file it names.
func TestTableOwner(t *testing.T) {
	here := site("/home/takopi")
	here.TokenFile = func(src []byte) string { return string(src) }
	state, err := Desired(parse(t, here.Home, fourLines), here)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range state.Files {
		if f.Edit == nil {
			continue
		}
		for file, want := range map[string]string{"/srv/ghauth/github-token.env": "/srv/ghauth", "": ""} {
			if got := f.Owner([]byte(file)); got != want {
				t.Errorf("the owner by token file %q is %q, want %q", file, got, want)
			}
		}
		return
	}
	t.Error("no file is edited")
}
