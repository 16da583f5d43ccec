package testboot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A cgroup is one machine's part of the cgroup2 hierarchy (cgroups(7)).
type cgroup struct {
	dir    string
	origin string // the keeper's own cgroup, which holds dir
}

// newCgroup makes a cgroup with a name of its own below this process's. It mounts
// the hierarchy anew, for this process alone: where the machine has it does not
// matter then. The kernel mounts nothing over itself, so a tmpfs comes between.
func newCgroup() (cgroup, error) {
	const point = "/sys/fs/cgroup"
	for _, fstype := range []string{"tmpfs", "cgroup2"} {
		if err := unix.Mount(fstype, point, fstype, 0, ""); err != nil {
			return cgroup{}, fmt.Errorf("mount %s on %s: %w", fstype, point, err)
		}
	}
	memberships, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return cgroup{}, err
	}
	own, ok := membership(string(memberships))
	if !ok {
		return cgroup{}, errors.New("/proc/self/cgroup names no cgroup2 membership")
	}
	origin := filepath.Join(point, own)
	dir, err := os.MkdirTemp(origin, "testboot-")
	if err != nil {
		return cgroup{}, fmt.Errorf("cgroup: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return cgroup{}, err
	}
	return cgroup{dir: dir, origin: origin}, nil
}

// membership finds the cgroup2 line, "0::/PATH", in /proc/PID/cgroup.
func membership(text string) (path string, ok bool) {
	for line := range strings.Lines(text) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return path, true
		}
	}
	return "", false
}

// start starts cmd, which makes a cgroup namespace, with cg as that namespace's
// root: the root is the cgroup of the cloning process (cgroup_namespaces(7)), so
// this process enters cg for as long as the clone takes.
func (cg cgroup) start(cmd *exec.Cmd) error {
	if err := moveSelf(cg.dir); err != nil {
		return err
	}
	err := cmd.Start()
	return errors.Join(err, moveSelf(cg.origin))
}

// moveSelf moves this process, with all its threads, to a cgroup.
func moveSelf(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0); err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	return nil
}

// remove removes the cgroup and all below it. A process that has just been killed
// may still keep one busy for a moment.
func (cg cgroup) remove() {
	for range 500 {
		var dirs []string
		filepath.WalkDir(cg.dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append(dirs, path)
			}
			return nil
		})
		for _, dir := range slices.Backward(dirs) {
			unix.Rmdir(dir)
		}
		if _, err := os.Stat(cg.dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
