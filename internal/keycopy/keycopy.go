// Package keycopy finds the files that hold a private key for whoever can read them,
// although the key is kept elsewhere.
package keycopy

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxSize bounds the files that are looked into, in bytes.
	maxSize = 64 << 10
	// maxFiles bounds how many files of one place are looked into.
	maxFiles = 1000
	// searchTime bounds a search as a whole.
	searchTime = 3 * time.Second
)

// A Place is a directory to look in, and how many levels of directories below it.
type Place struct {
	Dir   string
	Depth int
}

// Shared are the places where every user may leave a file.
func Shared() []Place { return []Place{{"/tmp", 0}, {"/var/tmp", 0}, {"/dev/shm", 0}} }

// Home gives the places below a home where keys come to lie.
func Home(home string) []Place {
	in := func(name string, depth int) Place { return Place{filepath.Join(home, name), depth} }
	return []Place{{home, 0}, in("keys", 3), in("Downloads", 1), in("Desktop", 1), in("Documents", 1), in(".config", 1), in(".ssh", 1)}
}

// Search gives the regular files in places that hold the private key of a fingerprint
// (mint.Fingerprint), by what is in them. It takes three seconds at most, looks into at
// most 1000 files of each place, and follows no link. What cannot be read is passed over.
func Search(places []Place, fingerprint string) []string {
	return search(places, fingerprint, func(string) bool { return true })
}

// Glance is a Search of no more than the files whose names say that they are keys, in the
// directories of places themselves, which takes milliseconds.
func Glance(places []Place, fingerprint string) []string {
	flat := slices.Clone(places)
	for i := range flat {
		flat[i].Depth = 0
	}
	return search(flat, fingerprint, namedAsKey)
}

// namedAsKey reports whether a file is called as keys are.
func namedAsKey(name string) bool {
	return slices.Contains([]string{".pem", ".key", ".b64", ".der"}, strings.ToLower(filepath.Ext(name)))
}

func search(places []Place, fingerprint string, look func(name string) bool) (found []string) {
	if fingerprint == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), searchTime)
	defer cancel()
	for _, place := range places {
		left := maxFiles
		walk(ctx, place, func(path string, entry fs.DirEntry) bool {
			if !look(entry.Name()) {
				return true
			}
			if left--; Holds(read(path), fingerprint) && !slices.Contains(found, path) {
				found = append(found, path)
			}
			return left > 0
		})
	}
	return found
}

// walk gives each regular file of a place to do, those of a directory before those below
// it, until that says no. It reports whether to go on.
func walk(ctx context.Context, place Place, do func(path string, entry fs.DirEntry) bool) bool {
	entries, _ := os.ReadDir(place.Dir)
	var below []Place
	for _, entry := range entries {
		path := filepath.Join(place.Dir, entry.Name())
		switch {
		case ctx.Err() != nil:
			return false
		case entry.IsDir() && place.Depth > 0:
			below = append(below, Place{path, place.Depth - 1})
		case entry.Type().IsRegular() && !do(path, entry):
			return false
		}
	}
	return !slices.ContainsFunc(below, func(p Place) bool { return !walk(ctx, p, do) })
}

// read gives what is in a regular file that is not too large, else nothing. What has
// become of the name since it was seen is neither followed nor waited for.
func read(path string) []byte {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxSize {
		return nil
	}
	data, _ := io.ReadAll(io.LimitReader(f, maxSize))
	return data
}
