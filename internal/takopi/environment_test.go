package takopi

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// newEnvironment lays out what uv makes. dists are named by their directories,
// "NAME-VERSION", each with more lines of METADATA and then, behind a blank line,
// what its direct_url.json holds.
func newEnvironment(t *testing.T, receipt string, dists map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put := func(text string, path ...string) {
		t.Helper()
		name := filepath.Join(append([]string{dir}, path...)...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	put("[tool]\n"+receipt, "uv-receipt.toml")
	for stem, more := range dists {
		info := filepath.Join("lib/python3.14/site-packages", stem+".dist-info")
		name, version, _ := strings.Cut(stem, "-")
		metadata, origin, direct := strings.Cut(more, "\n\n")
		put("Metadata-Version: 2.4\nName: "+name+"\nVersion: "+version+"\n"+metadata+"\n\nRequires-Dist: nothing, this is a text\n", info, "METADATA")
		if direct {
			put(origin, info, "direct_url.json")
		}
	}
	return dir
}

const base = "tool install "

// TestCommand: whatever is there is given again. The receipts are as uv 0.13
// writes them.
func TestCommand(t *testing.T) {
	takopi := map[string]string{"takopi-0.22.4": "Requires-Dist: httpx>=0.28", "httpx-0.28.1": "Requires-Dist: h2; extra == 'http2'"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{takopi, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	for _, tt := range []struct {
		name, receipt string
		dists         map[string]string
		want          string
	}{
		{"plain", `requirements = [{ name = "takopi" }]`, takopi, "takopi"},
		{"a pin", "requirements = [{ name = \"takopi\", specifier = \">=0.22,<0.23\" }]\npython = \"3.14\"", takopi, "--python 3.14|takopi>=0.22,<0.23"},
		{"sources", `requirements = [
    { name = "takopi" },
    { name = "a", extras = ["x", "y"], specifier = "==1", marker = "python_full_version >= '3.2'" },
    { name = "b", git = "https://git.test/b?rev=v1&subdirectory=s" },
    { name = "c", git = "ssh://git@git.test/c" },
    { name = "d", path = "/srv/d 1.whl" },
    { name = "e", directory = "/srv/e" },
    { name = "f", editable = "/srv/f" },
    { name = "g", url = "https://files.test/g.whl" },
]`, takopi, "takopi|--with a[x,y]==1 ; python_full_version >= '3.2'|--with b @ git+https://git.test/b@v1#subdirectory=s|--with c @ git+ssh://git@git.test/c|" +
			"--with d @ file:///srv/d%201.whl|--with e @ file:///srv/e|--with-editable /srv/f|--with g @ https://files.test/g.whl"},
		{"Takopi's own source", `requirements = [{ name = "takopi", git = "https://git.test/takopi?branch=main" }, { name = "a" }]`, takopi, "takopi @ git+https://git.test/takopi@main|--with a"},
		{"Takopi editable", `requirements = [{ name = "takopi", editable = "/srv/takopi" }]`, takopi, "--editable /srv/takopi"},
		{"our own", `requirements = [{ name = "takopi" }, { name = "takopi-ghauth", path = "/old.whl" }]`,
			with(map[string]string{"takopi_ghauth-1": "Requires-Dist: takopi-cron", "takopi_cron-1": ""}), "takopi"},
		{"options", "requirements = [{ name = \"takopi\" }]\n[tool.options]\nprerelease = \"allow\"", takopi, "--prerelease allow|takopi"},
		{"programs of others", "requirements = [{ name = \"takopi\" }, { name = \"a\" }]\nentrypoints = [{ name = \"takopi\", install-path = \"/b/t\", from = \"takopi\" }, " +
			"{ name = \"x\", install-path = \"/b/x\", from = \"a\" }, { name = \"y\", install-path = \"/b/y\", from = \"a\" }]", takopi, "--with-executables-from a|takopi"},
		{"put there by hand", `requirements = [{ name = "takopi" }, { name = "httpx", extras = ["http2"] }]`, with(map[string]string{
			"takopi_discord-0.5.1": "Requires-Dist: takopi>=0.22\nRequires-Dist: py-cord[speed]",
			"py_cord-2.8":          "Requires-Dist: orjson ; extra == 'speed'",
			"orjson-3":             "", "h2-4": "",
			"ed-1":    "\n\n{\"url\": \"file:///srv/ed%201\", \"dir_info\": {\"editable\": true}}",
			"wheel-1": "\n\n{\"url\": \"file:///srv/wheel-1.whl\", \"archive_info\": {}}",
			"vcs-1":   "\n\n{\"url\": \"https://git.test/vcs\", \"vcs_info\": {\"vcs\": \"git\", \"commit_id\": \"abc\", \"requested_revision\": \"v1\"}}",
		}), "takopi|--with httpx[http2]|--with-editable /srv/ed 1|--with takopi-discord==0.5.1|--with vcs @ git+https://git.test/vcs@abc|--with wheel @ file:///srv/wheel-1.whl"},
		{"changed by hand since", `requirements = [
    { name = "takopi", specifier = "==0.22.3" },
    { name = "same", specifier = "==1.0" },
    { name = "other", extras = ["x"], specifier = "==1.0" },
    { name = "gone", specifier = "==1.0" },
    { name = "elsewhere", specifier = "==1.0", marker = "sys_platform == 'win32'" },
    { name = "range", specifier = "==1.*" },
    { name = "ed", specifier = "==1" },
    { name = "bin", specifier = "==1" },
]
entrypoints = [{ name = "x", install-path = "/b/x", from = "bin" }]`, with(map[string]string{"same-1+local": "", "other-2.0": "", "range-2": "",
			"ed-1": "\n\n{\"url\": \"file:///srv/ed\", \"dir_info\": {\"editable\": true}}"}),
			"takopi==0.22.4|--with same==1.0|--with other[x]==2.0|--with elsewhere==1.0 ; sys_platform == 'win32'|--with range==1.*|--with-editable /srv/ed"},
		{"Takopi itself gone", `requirements = [{ name = "takopi", specifier = "==1" }]`, map[string]string{"x-1": ""}, "takopi==1|--with x==1"},
		{"in a circle", `requirements = [{ name = "takopi" }]`, with(map[string]string{"x-1": "Requires-Dist: y", "y-1": "Requires-Dist: x"}), "takopi|--with x==1"},
	} {
		e, err := ReadEnvironment(newEnvironment(t, tt.receipt, tt.dists))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		words, err := e.Command("")
		want := strings.Fields(base)
		for group := range strings.SplitSeq(tt.want, "|") {
			flag, value, _ := strings.Cut(group, " ")
			if !strings.HasPrefix(flag, "--") {
				flag, value = group, ""
			}
			want = append(want, slices.DeleteFunc([]string{flag, value}, func(s string) bool { return s == "" })...)
		}
		if err != nil || !slices.Equal(words, want) {
			t.Errorf("%s: %v\n got %q\nwant %q", tt.name, err, words, want)
		}
	}
}

// TestCommandRefuses: what cannot be given again, or must not stand on a command
// line.
func TestCommandRefuses(t *testing.T) {
	for receipt, want := range map[string]string{
		`requirements = [{ name = "takopi" }]` + "\nfuture = 1":                                              "tool.future",
		`requirements = [{ name = "takopi", index = "x" }]`:                                                  "index",
		`requirements = [{ name = "takopi" }]` + "\nconstraints = [{ name = \"idna\", specifier = \"<4\" }]": "constraints",
		`requirements = [{ name = "-takopi" }]`:                                                              "the name \"-takopi\"",
		`requirements = [{ name = "other" }]`:                                                                "no takopi among",
		`requirements = [{ name = "takopi" }, { name = "a", url = "https://u:canary@h/a.whl" }]`:             "the URL of a holds a password",
		`requirements = [{ name = "takopi" }, { name = "a", git = "https://canary@h/a" }]`:                   "the URL of a holds a password",
		`requirements = [{ name = "takopi" }, { name = "a", git = "https://h/a?x=y" }]`:                      "x, which is not understood",
		`requirements = canary`: "not valid",
	} {
		e, err := ReadEnvironment(newEnvironment(t, receipt, map[string]string{"takopi-1": ""}))
		if err == nil {
			_, err = e.Command("")
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary@") {
			t.Errorf("%s: %v, want %s", receipt, err, want)
		}
	}
	if _, err := ReadEnvironment(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no environment: %v", err)
	}
	if _, err := ReadEnvironment(newEnvironment(t, `requirements = [{ name = "takopi" }]`, nil)); err == nil {
		t.Error("an environment without distributions is taken")
	}
}

func TestLacks(t *testing.T) {
	w := newWheel(t, "/opt/x")
	const path = "/srv/w.whl"
	recorded := `requirements = [{ name = "takopi" }, { name = "takopi-ghauth", path = "/srv/w.whl" }]`
	for _, tt := range []struct{ name, receipt, version, module, want string }{
		{"all is well", recorded, w.Version, w.module, ""},
		{"not there", recorded, "", w.module, "it is not there"},
		{"another", recorded, "0", w.module, "it is 0, and ours is " + w.Version},
		{"by hand", `requirements = [{ name = "takopi" }]`, w.Version, w.module, "uv's receipt lacks it: the next uv tool upgrade would take it away"},
		{"from elsewhere", `requirements = [{ name = "takopi" }, { name = "takopi-ghauth", path = "/tmp/w.whl" }]`, w.Version, w.module,
			"uv's receipt lacks it: the next uv tool upgrade would take it away"},
		{"without its module", recorded, w.Version, "", "its module takopi_ghauth.py is gone"},
		{"with another module", recorded, w.Version, w.module + " ", "its module takopi_ghauth.py is not as we made it"},
	} {
		dists := map[string]string{"takopi-1": ""}
		if tt.version != "" {
			dists["takopi_ghauth-"+tt.version] = ""
		}
		dir := newEnvironment(t, tt.receipt, dists)
		if tt.module != "" {
			if err := os.WriteFile(filepath.Join(dir, "lib/python3.14/site-packages/takopi_ghauth.py"), []byte(tt.module), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		e, err := ReadEnvironment(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Lacks(w, path); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if got, want := e.HasModule(), tt.version != "" && tt.module != ""; got != want {
			t.Errorf("%s: HasModule() = %v", tt.name, got)
		}
	}
}

// TestSince: the age of the files in a wheel is none of the environment's.
func TestSince(t *testing.T) {
	dir := newEnvironment(t, `requirements = [{ name = "takopi" }]`, map[string]string{"takopi-1": "", "takopi_ghauth-1": ""})
	at := time.Unix(1700000000, 0)
	if err := os.Chtimes(filepath.Join(dir, "lib/python3.14/site-packages/takopi_ghauth-1.dist-info"), at, at); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]time.Time{dir: at, newEnvironment(t, `requirements = [{ name = "takopi" }]`, map[string]string{"takopi-1": ""}): {}} {
		e, err := ReadEnvironment(dir)
		if got := e.Since(); err != nil || !got.Equal(want) {
			t.Errorf("since %s, %v, want %s", got, err, want)
		}
	}
}

func TestRival(t *testing.T) {
	for points, want := range map[string]string{
		"[takopi.command_backends]\nghauth = other:B\n":                        "takopi-original",
		"[takopi.command_backends]\nother = other:B\n":                         "",
		"[takopi.engine_backends]\nghauth = other:B\n":                         "",
		"[a]\nx = y\n\n[takopi.command_backends]\nx=y:Z\nghauth=other:B [x]\n": "takopi-original",
	} {
		dir := newEnvironment(t, `requirements = [{ name = "takopi" }]`, map[string]string{"takopi-1": "", "Takopi_Original-1": ""})
		for _, name := range []string{"Takopi_Original-1"} {
			path := filepath.Join(dir, "lib/python3.14/site-packages", name+".dist-info/entry_points.txt")
			if err := os.WriteFile(path, []byte(points), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		e, err := ReadEnvironment(dir)
		if got, recorded := e.Rival(); err != nil || got != want || recorded {
			t.Errorf("%q: %q, %v, %v, want %q", points, got, recorded, err, want)
		}
		e.tool.Requirements = append(e.tool.Requirements, requirement{Name: "takopi.original"})
		if got, recorded := e.Rival(); got != want || recorded != (want != "") {
			t.Errorf("%q, recorded: %q, %v", points, got, recorded)
		}
	}
}

// TestVersion: Takopi goes by the entry point, and nothing else.
func TestVersion(t *testing.T) {
	for points, want := range map[string]bool{"[takopi.command_backends]\nghauth = takopi_ghauth:BACKEND\n": true, "": false} {
		dir := newEnvironment(t, `requirements = [{ name = "takopi" }]`, map[string]string{"takopi-1": "", "takopi_ghauth-1+g2": ""})
		path := filepath.Join(dir, "lib/python3.14/site-packages/takopi_ghauth-1+g2.dist-info/entry_points.txt")
		if err := os.WriteFile(path, []byte(points), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := ReadEnvironment(dir)
		if version, listed := e.Version(); err != nil || version != "1+g2" || listed != want {
			t.Errorf("%q: %s, %v, %v", points, version, listed, err)
		}
	}
	if version, listed := (Environment{}).Version(); version != "" || listed {
		t.Errorf("nothing: %q, %v", version, listed)
	}
}
