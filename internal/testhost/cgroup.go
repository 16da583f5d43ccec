package testhost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A cgroup is one host's part of the cgroup2 hierarchy.
type cgroup struct {
	dir    string
	origin string // the keeper's own cgroup, which holds dir
}

// newCgroup makes a cgroup with a name of its own below this process's.
func newCgroup() (cgroup, error) {
	origin, err := ownCgroup()
	if err != nil {
		return cgroup{}, err
	}
	dir, err := os.MkdirTemp(origin, "testhost-")
	if err != nil {
		return cgroup{}, fmt.Errorf("cgroup: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return cgroup{}, fmt.Errorf("cgroup: %w", err)
	}
	return cgroup{dir: dir, origin: origin}, nil
}

// remove removes the cgroup and all below it. An exiting process may still keep
// one busy for a moment.
func (cg cgroup) remove() {
	for range 200 {
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

// moveSelf moves this process, with all its threads, to a cgroup (cgroups(7)).
func moveSelf(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0); err != nil {
		return fmt.Errorf("cgroup: %w", err)
	}
	return nil
}

// ownCgroup returns the directory of this process's cgroup.
func ownCgroup() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	memberships, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	root, point, ok := cgroup2Mount(string(mounts))
	if !ok {
		return "", errors.New("no cgroup2 file system is mounted")
	}
	for line := range strings.Lines(string(memberships)) {
		if own, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			// A process from outside of this cgroup namespace is in "/..".
			return filepath.Join(point, filepath.Join("/", strings.TrimPrefix(own, root))), nil
		}
	}
	return "", errors.New("/proc/self/cgroup names no cgroup2 membership")
}

// cgroup2Mount finds the cgroup2 file system among the lines of
// proc_pid_mountinfo(5), "ID PARENT DEV ROOT POINT OPTIONS... - TYPE ...".
func cgroup2Mount(mounts string) (root, point string, ok bool) {
	for line := range strings.Lines(mounts) {
		before, after, _ := strings.Cut(line, " - ")
		fields := strings.Fields(before)
		if strings.HasPrefix(after, "cgroup2 ") && len(fields) > 4 {
			return fields[3], fields[4], true
		}
	}
	return "", "", false
}
