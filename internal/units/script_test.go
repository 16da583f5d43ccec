package units

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oddHomes hold what shells, systemd and env files each take for something else.
var oddHomes = []string{
	"/home/a b%h $USER ü",
	"/home/100%% %n %i",
	"/home/$HOME ${USER} $$",
	"/home/;&|<>*?[x]#~!(){}^",
	"/home/`id`",
	"/home/ two  spaces ",
	"/home/-n/子",
}

// install writes the files of a state that have content below root, with a stand-in
// for the binary.
func install(t *testing.T, root, home, src, binary string) {
	t.Helper()
	state := desired(t, home, src)
	for _, f := range state.Files {
		content := []byte(contentOf(t, f))
		switch filepath.Base(f.Path) {
		case Binary:
			content = []byte(binary)
		case Script, Service, Timer:
		default:
			continue
		}
		path := filepath.Join(root, f.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, f.Mode); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScriptRunsTheBinary(t *testing.T) {
	t.Parallel()
	for _, odd := range oddHomes {
		home := filepath.Join(t.TempDir(), odd)
		install(t, "/", home, fourLines, "#!/bin/sh\nprintf '%s\\0' \"$0\" \"$@\"\n")
		script := filepath.Join(home, ".local/bin", Script)
		if out, err := exec.Command("sh", "-n", script).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("sh -n %s: %v\n%s", script, err, out)
		}
		out, err := exec.Command(script, "--app", "a b", "$HOME *").Output()
		if err != nil {
			t.Errorf("%s: %v", script, err)
		}
		got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		want := []string{
			filepath.Join(home, ".local/bin", Binary), "mint", "--config-dir", filepath.Join(home, ".config/takopi"), "--force",
			"--app", "a b", "$HOME *",
		}
		if !slices.Equal(got, want) {
			t.Errorf("ran\n%q\nwant\n%q", got, want)
		}
	}
}
