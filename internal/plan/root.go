package plan

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Root is a directory that stands for / on a host that does not run, such as the
// tree of an image. Empty, it is this host. It is absolute and holds no link.
// Paths are those of the host it stands for wherever they are told or written.
type Root string

// maxLinks bounds the symbolic links in one path, as Linux does
// (path_resolution(7)).
const maxLinks = 40

// Real gives where path leads on the host that runs. A link at the end counts
// for what it leads to if follow; one that leads nowhere stands for itself.
//
// Below a Root every link on the way is read here, and leads to where it will
// when Root is /: a target that is absolute, or climbs too far, stays inside, as
// openat2(2) has it with RESOLVE_IN_ROOT. That call is not made because a result
// of it cannot be handed on as a path. So nothing but the caller may change the
// tree in the meantime.
func (r Root) Real(path string, follow bool) (string, error) {
	if r == "" {
		if real, err := filepath.EvalSymlinks(path); follow && err == nil {
			return real, nil
		}
		return path, nil
	}
	if real, err := r.walk(path, true); follow && err == nil && there(real) {
		return real, nil
	}
	return r.walk(path, false)
}

// walk resolves path a name at a time. What is not there is no link.
func (r Root) walk(path string, follow bool) (string, error) {
	at, links := "/", 0
	for rest := parts(path); len(rest) > 0; {
		next := filepath.Join(at, rest[0]) // joined to /, too many .. stay at /
		rest = rest[1:]
		target, err := os.Readlink(r.on(next))
		if err != nil || len(rest) == 0 && !follow {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", &fs.PathError{Op: "follow", Path: r.on(path), Err: unix.ELOOP}
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = slices.Concat(parts(target), rest)
	}
	return r.on(at), nil
}

// on lays a path without links beneath r.
func (r Root) on(path string) string { return filepath.Join(string(r), path) }

// off is the reverse of on.
func (r Root) off(real string) string {
	return filepath.Join("/", strings.TrimPrefix(real, strings.TrimSuffix(string(r), "/")))
}

func parts(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(name string) bool { return name == "" || name == "." })
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// dirOf gives the directory of a path that Real gave, by a path without links, as far as
// that stands. Below a Root there are none in it.
func (r Root) dirOf(real string) string {
	dir := filepath.Dir(real)
	if r != "" || dir == real {
		return dir
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return filepath.Join(r.dirOf(dir), filepath.Base(dir))
}
