package takopi

import "testing"

func TestHidden(t *testing.T) {
	for src, want := range map[string]string{
		"":                        "",
		"[plugins]\nenabled = []": "",
		"[plugins]\nenabled = [\"takopi-discord\", \"Takopi_GHAuth\"]":     "",
		"[plugins]\nenabled = [\"takopi-discord\"]\n[plugins.ghauth]\na=1": "plugins.enabled does not name takopi-ghauth",
		"[projects.backend]\npath = \"x\"":                                 "",
		"[projects.ghauth]\npath = \"x\"":                                  "a project is called ghauth, and takes the command for itself",
		"[projects.GhAuth]\npath = \"x\"":                                  "a project is called ghauth, and takes the command for itself",
		"not = [valid":                                                     "",
		"plugins = 1\nprojects = 2":                                        "",
	} {
		if got, fix := Hidden([]byte(src)); got != want || (fix != "") != (want != "") {
			t.Errorf("Hidden(%q) = %q, %q, want %q", src, got, fix, want)
		}
	}
}

func TestWatches(t *testing.T) {
	for src, want := range map[string]bool{
		"": false, "watch_config = true": true, "watch_config = false": false, "watch_config = \"true\"": false,
		"[plugins.ghauth]\nwatch_config = true": false, "not = [valid": false,
	} {
		if got := Watches([]byte(src)); got != want {
			t.Errorf("Watches(%q) = %v", src, got)
		}
	}
}
