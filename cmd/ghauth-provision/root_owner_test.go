package main_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// imageUser is in the image's passwd(5) alone.
const imageUser = 4321

// TestRootBuildsAnImage: what root makes beneath --root belongs to the user whose
// home lies there, with a key and an image that root alone can reach.
func TestRootBuildsAnImage(t *testing.T) {
	testneed.Root(t)
	dir := t.TempDir() // 0700
	image := filepath.Join(dir, "image")
	home := filepath.Join(image, "home/u")
	_, pem := githubtest.Key(0)
	spec := fmt.Sprintf("app \"takopi\" {\n app_id = 1\n installation_id = 2\n private_key = %q\n}\n", filepath.Join(dir, "app.pem"))
	for _, err := range []error{
		os.MkdirAll(home, 0o755), os.Chown(home, imageUser, imageUser+1),
		os.WriteFile(filepath.Join(dir, "app.pem"), pem, 0o600),
		os.WriteFile(filepath.Join(dir, "ghauth.hcl"), []byte(spec), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	run := func(status int, want string, args ...string) {
		t.Helper()
		cmd := exec.Command(filepath.Join(tools, "bin/ghauth-provision"), append(args, "--root", "image")...)
		cmd.Dir, cmd.Env = dir, []string{"HOME=/home/u", "PATH=/usr/bin:/bin"}
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != status || !strings.Contains(string(out), want) {
			t.Fatalf("%v: status %d, %v, want %d\n%s", args, got, err, status, out)
		}
	}
	before := tree(t, image)
	run(2, "create ~/.config/takopi/github-app.pem", "plan", "--detailed-exitcode")
	run(0, "Applied: ", "apply")
	made := tree(t, image)
	for path, got := range made {
		if _, stood := before[path]; !stood && !strings.HasSuffix(got, fmt.Sprintf(" %d:%d", imageUser, imageUser+1)) {
			t.Errorf("%s: %s", path, got)
		}
	}
	for path, want := range map[string]string{
		"home/u/.config": "drwx------", "home/u/.config/takopi/github-app.pem": "-rw-------", "home/u/.local/bin/ghauth-provision": "-rwxr-xr-x",
		"home/u/.config/systemd/user/timers.target.wants/takopi-github-token-refresh.timer": "Lrwxrwxrwx",
	} {
		if got := strings.Fields(made[path] + " none"); got[0] != want {
			t.Errorf("%s: %s, want %s", path, got[0], want)
		}
	}
	run(0, "No changes", "apply")
	run(0, "Destroyed: ", "destroy", "--purge-key")
	if after := tree(t, image); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("after destroy: %v, want %v", after, before)
	}
}

// TestRootCannotGoOn: without the capabilities it takes, root is told which.
func TestRootCannotGoOn(t *testing.T) {
	testneed.Root(t)
	home := filepath.Join(t.TempDir(), "home/u")
	if err := os.MkdirAll(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(home, imageUser, imageUser); err != nil {
		t.Fatal(err)
	}
	image := filepath.Dir(filepath.Dir(home))
	for _, without := range []string{"-setuid", "-setgid", "-dac_override"} {
		cmd := exec.Command("setpriv", "--bounding-set", without, filepath.Join(tools, "bin/ghauth-provision"), "plan", "--root", image)
		cmd.Env = []string{"HOME=/home/u", "PATH=/usr/bin:/bin"}
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != 77 || !strings.Contains(string(out), "the capabilities SETUID, SETGID and DAC_OVERRIDE") {
			t.Errorf("%s: status %d\n%s", without, got, out)
		}
	}
	if made := tree(t, home); len(made) != 1 {
		t.Errorf("the home holds %v", made)
	}
}

// tree gives mode and owner of all that dir holds.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		rel, err := filepath.Rel(dir, path)
		found[rel] = fmt.Sprintf("%v %d:%d", info.Mode(), st.Uid, st.Gid)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
