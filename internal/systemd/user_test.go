package systemd

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

// socketIn makes the manager's socket in a runtime directory of its own and
// listens there.
func socketIn(t *testing.T, dir string) net.Listener {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "systemd"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "systemd/private"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	t.Cleanup(func() { l.Close() })
	return l
}

func TestUserIsUnreachable(t *testing.T) {
	closed := t.TempDir()
	socketIn(t, closed).Close()
	for _, tt := range []struct{ name, dir, want string }{
		{"no directory", "", "XDG_RUNTIME_DIR is not set"},
		{"no socket", t.TempDir(), "no systemd --user is running"},
		{"nobody listens", closed, "does not answer at " + closed + "/systemd/private: "},
	} {
		if _, err := User(t.Context(), tt.dir); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := User(t.Context(), t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no socket: got %v", err)
	}
}

// A peer that accepts and then says nothing is waited for as long as ctx lasts.
func TestPeerIsSilent(t *testing.T) {
	dir := t.TempDir()
	socketIn(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := User(ctx, dir); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("User: got %v", err)
	}
	if _, err := ConnectLogin(ctx, "unix:path="+dir+"/systemd/private", 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ConnectLogin: got %v", err)
	}
}

// A directory's name may have what separates the parts of a D-Bus address.
func TestOddRuntimeDir(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	dir := filepath.Join(os.Getenv("HOME"), `a b,c;d=e%20"ü`)
	if err := os.Symlink(runtimeDir(), dir); err != nil {
		t.Fatal(err)
	}
	m, err := User(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
}

func TestUnitPath(t *testing.T) {
	if !inHost(t, testhost.Config{Home: `/home/grüße "\'x`}) {
		return
	}
	got, err := connect(t).UnitPath()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{unitDir(), "/etc/systemd/user", "/usr/lib/systemd/user"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
}

func TestEnvironment(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	want := map[string]string{"A": `grüße "'\ $x`, "B": "c=d", "EMPTY": ""}
	args := []string{"--user", "set-environment"}
	for name, value := range want {
		args = append(args, name+"="+value)
	}
	if out, err := exec.Command("systemctl", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, err := connect(t).Environment()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range want {
		if have, ok := got[name]; !ok || have != value {
			t.Errorf("%s = %q, %t, want %q", name, have, ok, value)
		}
	}
}

// Nothing is answered after Close, and nobody waits for it.
func TestClosed(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	m.Close()
	if u, err := m.Unit(t.Context(), "default.target"); err == nil {
		t.Errorf("Unit: got %+v", u)
	}
	if dirs, err := m.UnitPath(); err == nil {
		t.Errorf("UnitPath: got %v", dirs)
	}
	if vars, err := m.Environment(); err == nil {
		t.Errorf("Environment: got %v", vars)
	}
	if err := m.Reload(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "systemctl --user daemon-reload: ") {
		t.Errorf("Reload: got %v", err)
	}
}
