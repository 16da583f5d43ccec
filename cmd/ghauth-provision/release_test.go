package main_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// TestRelease builds a release of the commit that is checked out, and looks at all of it.
func TestRelease(t *testing.T) {
	testboot.Need(t)
	testneed.Program(t, "git", "jq", "lintian", "rpm", "dpkg-deb")
	dist := release(t, "../..")
	for name, look := range map[string]func(*testing.T, string){
		"machines": installed, "bill of materials": billed, "packages": checked, "names": named, "the same again": rebuilt, "what is none": refused,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			look(t, dist)
		})
	}
}

// release builds in the clone dir, and returns where the release lies.
func release(t *testing.T, dir string) string {
	t.Helper()
	dist := t.TempDir()
	cmd := exec.Command(filepath.Join(dir, "dev/release"))
	cmd.Env = append(os.Environ(), "DIST="+dist)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dist
}

// one gives the only file in dir with such a name.
func one(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

// installed tells the story of the package on each Debian that it is for.
func installed(t *testing.T, dist string) {
	files := []string{one(t, dist, "*_amd64.deb"), one(t, dist, "*_linux_amd64.tar.gz")}
	const story = "testdata/release/package.txtar"
	text, err := os.ReadFile(story)
	if err != nil {
		t.Fatal(err)
	}
	for suite, packages := range map[string][]string{"bookworm": nil, "trixie": {"gh", "git"}} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			root, err := testboot.Root(t.Context(), suite, packages...)
			if err != nil {
				t.Fatal(err)
			}
			telling{root: root, name: filepath.Base(story), text: text, limit: machineTime, files: files}.tell(t)
		})
	}
}

// checked has Debian's and RPM's own tools look at the packages, and sha256sum at all.
func checked(t *testing.T, dist string) {
	for _, argv := range [][]string{
		{"sha256sum", "--check", "--strict", "SHA256SUMS"},
		{"lintian", "--allow-root", "--fail-on", "error,warning", one(t, dist, "*_amd64.deb")},
		{"rpm", "--checksig", "--nosignature", one(t, dist, "*.x86_64.rpm"), one(t, dist, "*.aarch64.rpm")},
		{"sh", "-euxc", installRPM, t.TempDir()},
	} {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir = dist
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", argv, err, out)
		}
	}
	for _, want := range []struct{ command, lines string }{
		{"rpm -qp --requires *.x86_64.rpm", "ca-certificates\n"},
		{"rpm -qp --list *.aarch64.rpm", `/usr/bin/ghauth-provision
/usr/share/bash-completion/completions/ghauth-provision
/usr/share/fish/vendor_completions.d/ghauth-provision.fish
/usr/share/licenses/ghauth-provision/LICENSE
/usr/share/man/man1/ghauth-provision.1.gz
/usr/share/man/man5/ghauth-provision.hcl.5.gz
/usr/share/zsh/site-functions/_ghauth-provision
`},
		{"dpkg-deb --fsys-tarfile *_arm64.deb | tar -t", `./usr/bin/ghauth-provision
./usr/share/doc/ghauth-provision/NOTICES.gz
./usr/share/doc/ghauth-provision/copyright
./usr/share/doc/ghauth-provision/examples/one-app.hcl
./usr/share/zsh/vendor-completions/_ghauth-provision
`},
		{"tar -tf *_linux_arm64.tar.gz", "./bin/ghauth-provision\n./share/man/man1/ghauth-provision.1.gz\n./share/licenses/ghauth-provision/LICENSE\n"},
	} {
		cmd := exec.Command("sh", "-c", want.command)
		cmd.Dir = dist
		out, err := cmd.CombinedOutput()
		for line := range strings.Lines(want.lines) {
			if !strings.Contains("\n"+string(out), "\n"+line) {
				t.Errorf("%s: %v: no %s in\n%s", want.command, err, line, out)
			}
		}
	}
}

// namesInReadme are of the files that README.md has one install.
var namesInReadme = regexp.MustCompile(`ghauth-provision[-_]0\.1\.0[-_.\w]+`)

// named wants the release to have each of these, of its own version.
func named(t *testing.T, dist string) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := namesInReadme.FindAllString(string(readme), -1)
	for _, name := range names {
		one(t, dist, strings.Replace(name, "0.1.0", "*", 1))
	}
	if len(names) < 3 {
		t.Errorf("README.md has only %q", names)
	}
}

// installRPM installs the package in a root that has nothing but RPM's database, runs
// what came, and takes it out again.
const installRPM = `rpm --root "$0" --nodeps --nosignature --install ./*.x86_64.rpm
"$0/usr/bin/ghauth-provision" version
rpm --root "$0" --verify --nodeps ghauth-provision
rpm --root "$0" --erase ghauth-provision
test -z "$(find "$0/usr" ! -type d)"`

// rebuilt builds the commit that a binary tells elsewhere: not one byte may come out
// otherwise.
func rebuilt(t *testing.T, dist string) {
	info, err := buildinfo.ReadFile(one(t, dist, "*_linux_amd64"))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "vcs.revision" })
	if at < 0 {
		t.Fatal("the binary tells no commit")
	}
	elsewhere := filepath.Join(t.TempDir(), "a longer name")
	for _, args := range [][]string{
		{"clone", "--quiet", "../..", elsewhere},
		{"-C", elsewhere, "checkout", "--quiet", info.Settings[at].Value},
	} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if out, err := exec.Command("diff", "-r", dist, release(t, elsewhere)).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	fromSource(t, elsewhere)
}

// fromSource builds in a clone as README.md says, and runs what came of it.
func fromSource(t *testing.T, clone string) {
	readme, err := os.ReadFile(filepath.Join(clone, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	built := 0
	for _, b := range blocksOf(string(readme), "sh") {
		if !strings.HasPrefix(b.text, "go build ") {
			continue
		}
		built++
		cmd := exec.Command("sh", "-ec", b.text+"./ghauth-provision version")
		cmd.Dir = clone
		if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "ghauth-provision ") {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if built != 1 {
		t.Errorf("README.md builds %d times", built)
	}
}

// refused: what is no version, or none that the changelog has, is not released, and
// what was built before stays.
func refused(t *testing.T, _ string) {
	dist := t.TempDir()
	built := filepath.Join(dist, "built")
	if err := os.WriteFile(built, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"v0.1.0": "usage", "next": "usage", "99.0.0": "CHANGELOG.md has no [99.0.0]"} {
		cmd := exec.Command("../../dev/release", version)
		cmd.Env = append(os.Environ(), "DIST="+dist)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %s", version, err, out)
		}
	}
	if _, err := os.Stat(built); err != nil {
		t.Error(err)
	}
}
