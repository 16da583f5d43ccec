package refresh

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"golang.org/x/sys/unix"
)

// No mode keeps root out, and all may be root's: these tests need an ordinary
// user.

func TestDirectoryOfAnother(t *testing.T) {
	if !inHost(t, testhost.Config{NoManager: true}) {
		return
	}
	var setup *SetupError
	err := checkDir("/root")
	if !errors.As(err, &setup) || !strings.Contains(err.Error(), "/root belongs to uid ") {
		t.Errorf("%v, want a SetupError about the owner", err)
	}
}

// Fault: read-only
func TestReadOnlyDirectory(t *testing.T) {
	if !inHost(t, testhost.Config{NoManager: true}) {
		return
	}
	s := newSite(t, "main")
	s.store("ghs_canary", time.Minute)
	// With the lock's file there, the lock alone would not notice.
	s.write(".ghauth.lock", "")
	if err := os.Chmod(s.r.Dir, 0o500); err != nil {
		t.Fatal(err)
	}
	res := s.run(false)[0]
	if err := os.Chmod(s.r.Dir, 0o700); err != nil { // for those who clean up
		t.Fatal(err)
	}
	var write *WriteError
	if !errors.As(res.Err, &write) || !errors.Is(res.Err, fs.ErrPermission) || res.Token.Value != "ghs_canary" {
		t.Errorf("result = %+v, want a WriteError and the old token", res)
	}
	s.mints(0)
}

func TestUnreadableFiles(t *testing.T) {
	if !inHost(t, testhost.Config{NoManager: true}) {
		return
	}
	s := newSite(t, "main")
	if err := os.Chmod(s.path("github-app.env"), 0); err != nil {
		t.Fatal(err)
	}
	if apps, errs := Apps(s.r.Dir); len(apps) != 0 || len(errs) != 1 {
		t.Errorf("Apps = %v, %v, want one error", apps, errs)
	}
}

// Under such a umask the lock's file would be made closed to its own maker.
func TestLockTwiceUnderUmask(t *testing.T) {
	if !inHost(t, testhost.Config{NoManager: true}) {
		return
	}
	s := newSite(t, "main")
	defer unix.Umask(unix.Umask(0o777))
	s.ok(true)
	s.ok(true)
}

// systemd.exec(5) has rules of its own for these files.
func TestSystemdReadsTheTokenFile(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	path := filepath.Join(os.Getenv("HOME"), "github-token.env")
	if err := writeToken(App{TokenFile: path, Host: "github.localhost"}, Stored{Token: longToken()}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("systemd-run", "--user", "--wait", "--pipe", "--quiet", "--property=EnvironmentFile="+path,
		"printenv", "GITHUB_TOKEN", "GH_TOKEN", "GH_HOST", "GITHUB_TOKEN_CREATED_AT", "GITHUB_TOKEN_EXPIRES_AT")
	out, err := cmd.CombinedOutput()
	token := longToken().Value.Reveal()
	want := token + "\n" + token + "\ngithub.localhost\n2026-06-01T12:00:00Z\n2026-06-01T13:00:00Z\n"
	if err != nil || string(out) != want {
		t.Errorf("%v: a unit sees\n%s\nwant\n%s", err, out, want)
	}
}
