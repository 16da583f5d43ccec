package takopi

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestHas: whether the plugin is there is told even where uv's receipt, or another
// distribution, cannot be.
func TestHas(t *testing.T) {
	const alone, recorded = `requirements = [{ name = "takopi" }]`, `requirements = [{ name = "takopi" }, { name = "takopi-ghauth", path = "/w.whl" }]`
	for _, tt := range []struct {
		name, receipt string
		there, want   bool
		wheel         string
	}{
		{"not there", alone, false, false, ""},
		{"there", recorded, true, true, "/w.whl"},
		{"by hand", alone, true, true, ""},
		{"recorded alone", recorded, false, true, "/w.whl"},
		{"not there, with constraints", alone + "\nconstraints = [{ name = \"idna\" }]", false, false, ""},
		{"there, with constraints", recorded + "\nconstraints = [{ name = \"idna\" }]", true, true, "/w.whl"},
		{"recorded, with build constraints", recorded + "\nbuild-constraint-dependencies = [{ name = \"idna\" }]", false, true, "/w.whl"},
		{"recorded, with what is new", recorded + "\nfuture = 1", false, true, "/w.whl"},
		{"not there, no TOML", "=", false, false, ""},
		{"there, no TOML", "=", true, true, ""},
	} {
		dists := map[string]string{"takopi-1": ""}
		if tt.there {
			dists["takopi_ghauth-1+g2"] = ""
		}
		e, _ := ReadEnvironment(newEnvironment(t, tt.receipt, dists))
		if got, wheel := e.Has(), e.Wheel(); got != tt.want || wheel != tt.wheel {
			t.Errorf("%s: %v %q", tt.name, got, wheel)
		}
	}
}

// TestUnreadable: a distribution that cannot be read is no lack of an environment, and
// keeps nobody from seeing the others, and its name.
func TestUnreadable(t *testing.T) {
	for _, bad := range []string{"takopi_ghauth-1", "aa-1"} {
		dir := newEnvironment(t, `requirements = [{ name = "takopi" }]`, map[string]string{"takopi-1": "", "takopi_ghauth-1": "", "aa-1": ""})
		if err := os.Remove(filepath.Join(dir, "lib/python3.14/site-packages", bad+".dist-info/METADATA")); err != nil {
			t.Fatal(err)
		}
		e, err := ReadEnvironment(dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) || !e.Has() {
			t.Errorf("%s: %v, %v", bad, err, e.Has())
		}
	}
}

// TestBinDir: uv writes where it has put each program.
func TestBinDir(t *testing.T) {
	for entry, want := range map[string]string{
		`{ name = "takopi", install-path = "/home/ada/apps/takopi", from = "takopi" }`: "/home/ada/apps",
		`{ name = "x", install-path = "/b/x", from = "a" }`:                            "",
		`{ name = "takopi", install-path = "" }`:                                       "",
	} {
		e, err := ReadEnvironment(newEnvironment(t, "requirements = [{ name = \"takopi\" }]\nentrypoints = ["+entry+"]", map[string]string{"takopi-1": ""}))
		if got := e.BinDir(); err != nil || got != want {
			t.Errorf("%s: %q, %v", entry, got, err)
		}
	}
}
