package testboot

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// User is the machine's ordinary user.
const User = "takopi"

// A root's directory has two more: the machine's files, and an empty one to mount
// each machine's own layer on.
const (
	treeDir  = "tree"
	layerDir = "layer"
)

// packages are in every root. polkitd is what logind asks; ca-certificates is for
// programs that look for them.
var packages = []string{"systemd", "systemd-sysv", "dbus", "dbus-user-session",
	"libpam-systemd", "polkitd", "ca-certificates"}

var addUser = []string{"useradd", "--create-home", "--shell=/bin/bash", User}

// Root makes a Debian root with some more packages, or finds it in the cache,
// which is a directory of the user's (os.UserCacheDir), and returns the
// directory. An empty suite is the one that this machine's apt sources name, so
// that programs built here find their C library. It is made once, in about a
// minute, and takes about 250 MB; remove the directory to make it anew.
func Root(ctx context.Context, suite string, more ...string) (string, error) {
	return RootWith(ctx, suite, Extra{}, more...)
}

// An Extra is what a root has besides Debian's packages.
type Extra struct {
	Name string // another one for whatever else Add adds
	Add  func(ctx context.Context, tree string) error
}

// RootWith is [Root] with an extra.
func RootWith(ctx context.Context, suite string, extra Extra, more ...string) (string, error) {
	s, err := findSource(suite)
	if err != nil {
		return "", fmt.Errorf("testboot: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("testboot: %w", err)
	}
	r := recipe{s, slices.Concat(packages, more), extra}
	dir := filepath.Join(cache, "ghauth-provision-test", r.name())
	if err := cached(ctx, dir, func(dir string) error { return r.build(ctx, dir) }); err != nil {
		return "", fmt.Errorf("testboot: %w", err)
	}
	return dir, nil
}

// A recipe is all that makes one root another.
type recipe struct {
	source
	packages []string
	extra    Extra
}

// name is a directory's name that no other recipe has.
func (r recipe) name() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", r.packages, addUser))
	name := fmt.Sprintf("%s-%x", r.suite, sum[:6])
	if r.extra.Name != "" {
		name += "-" + r.extra.Name
	}
	return name
}

// build makes the root in dir, which is there.
func (r recipe) build(ctx context.Context, dir string) error {
	tree := filepath.Join(dir, treeDir)
	if err := os.Mkdir(filepath.Join(dir, layerDir), 0o755); err != nil {
		return err
	}
	args := []string{"--variant=minbase", "--include=" + strings.Join(r.packages, ","), r.suite, tree, r.mirror}
	// An older debootstrap does not know the newer suites, which are all alike.
	const scripts = "/usr/share/debootstrap/scripts/"
	if _, err := os.Stat(scripts + r.suite); err != nil {
		args = append(args, scripts+"sid")
	}
	if err := confined(ctx, "debootstrap", args...); err != nil {
		return err
	}
	if err := confined(ctx, "chroot", append([]string{tree}, addUser...)...); err != nil || r.extra.Add == nil {
		return err
	}
	return r.extra.Add(ctx, tree)
}

// confined runs a command in mount and PID namespaces of its own: whatever it
// mounts and starts is gone after it, also when this process is killed.
func confined(ctx context.Context, name string, args ...string) error {
	runtime.LockOSThread() // whose end is the parent's (prctl(2), PR_SET_PDEATHSIG)
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:   unix.CLONE_NEWPID,
		Unshareflags: unix.CLONE_NEWNS,
		Pdeathsig:    unix.SIGKILL,
	}
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out[max(0, len(out)-2000):])
	}
	return nil
}
