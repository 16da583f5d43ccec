package units

import (
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/gitconfig"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// Git is given the helper for the spec's host alone, with the key directory where
// that is not the usual one, and none where the spec does not want it.
func TestGitConfig(t *testing.T) {
	t.Parallel()
	const home = "/home/a b%h $USER ü"
	for _, tt := range []struct{ more, url, want string }{
		{"", "https://github.com", "!'" + home + "/.local/bin/ghauth-provision' git-credential"},
		{"gh { enabled = false }\n", "https://github.com", "!'" + home + "/.local/bin/ghauth-provision' git-credential"},
		{"github { host = \"github.localhost\" }\n", "http://github.localhost", "!'" + home + "/.local/bin/ghauth-provision' git-credential"},
		{"paths {\n config_dir = \"~/keys $1\"\n bin_dir = \"/opt/bin\"\n}\n", "https://github.com",
			"!'/opt/bin/ghauth-provision' git-credential --config-dir '" + home + "/keys $1'"},
	} {
		f := fileAt(t, desired(t, home, fourLines+tt.more), home+"/.gitconfig")
		content := contentOf(t, f)
		if want := `helper = "` + tt.want + `"`; !strings.Contains(content, want) {
			t.Errorf("%q: got\n%s\nwant %s", tt.more, content, want)
		}
		if !slices.Equal(f.Keys, []string{gitconfig.Key(tt.url)}) || !strings.Contains(content, `"`+tt.url+`"`) {
			t.Errorf("%q: got %q and\n%s\nwant %s", tt.more, f.Keys, content, tt.url)
		}
		for line := range strings.Lines(content) {
			if !f.Own(line) {
				t.Errorf("%q: a diff may not show %q", tt.more, line)
			}
		}
		if got, want := f.Owner([]byte(content)), parse(t, home, fourLines+tt.more).Paths.ConfigDir; got != want || f.Owner(nil) != "" {
			t.Errorf("%q: it is of %q, and nothing of %q, want %q", tt.more, got, f.Owner(nil), want)
		}
		if f.Privacy != plan.OwnLines || f.Own("\tpassword = secret") {
			t.Errorf("%q: a diff may show what is not ours", tt.more)
		}
		if _, err := f.Edit([]byte("[")); err == nil || !strings.Contains(err.Error(), f.Path) {
			t.Errorf("the edit of what is not valid: %v", err)
		}
	}
	off := desired(t, home, fourLines+"gh { git_credential = false }\n")
	if slices.ContainsFunc(off.Files, func(f plan.File) bool { return strings.HasSuffix(f.Path, ".gitconfig") }) {
		t.Error("git is set up although the spec says otherwise")
	}
}
