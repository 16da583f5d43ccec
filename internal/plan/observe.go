package plan

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxShown bounds the files whose content is kept for a diff, in bytes.
const maxShown = 1 << 20

// Observe reads off the host all that desired and the manifest speak of. The error
// is an *OwnedError where that is another set-up's.
func Observe(ctx context.Context, h Host, desired State) (State, error) {
	var s State
	if err := Owned(h.Root, desired); err != nil {
		return s, err
	}
	if err := s.observeManifest(h.Root, desired.Manifest); err != nil {
		return s, err
	}
	seen := map[string]bool{desired.Manifest: true}
	look := func(want File, follow bool) error {
		if seen[want.Path] || want.Path == "" {
			return nil
		}
		seen[want.Path] = true
		f, err := observeFile(h.Root, want, follow)
		s.Files = append(s.Files, f)
		return err
	}
	wants := slices.Concat(desired.Files, s.Known.files(desired.Files))
	for _, want := range wants {
		if err := look(want, want.followed()); err != nil {
			return s, err
		}
	}
	if err := s.observeSources(desired.Files); err != nil {
		return s, err
	}
	if desired.Manifest != "" {
		if err := s.observeBackups(BackupDir(desired.Manifest), look); err != nil {
			return s, err
		}
	}
	if err := s.observeLeftovers(h.Root, wants, desired.Manifest); err != nil {
		return s, err
	}
	s.observeUnits(ctx, h, slices.Concat(desired.Units, s.Known.units(desired.Units)))
	if desired.Linger != LingerUnknown || s.Known.Linger {
		s.observeLinger(ctx, h, desired.Linger)
	}
	s.observeImports(ctx, h, desired.Imports)
	return s, s.observeTakopi(ctx, h, desired)
}

// observeManifest reads the manifest, if there is one.
func (s *State) observeManifest(root Root, path string) error {
	if path == "" {
		return nil
	}
	f, err := observeFile(root, File{Path: path, Privacy: Hidden}, false)
	if err == nil && f.Kind == Regular {
		s.Known, err = readManifest(&f)
	}
	s.Files = append(s.Files, f)
	return err
}

// observeSources looks at what is to be copied, on the host that runs.
func (s *State) observeSources(wants []File) error {
	seen := map[string]bool{"": true}
	for _, want := range wants {
		if seen[want.From] {
			continue
		}
		seen[want.From] = true
		f, err := observeFile("", File{Path: want.From, Privacy: Hidden}, true)
		if err != nil {
			return err
		}
		f.source = true
		s.Files = append(s.Files, f)
	}
	return nil
}

// files gives what to look at for the records, but for the paths of known.
func (m Manifest) files(known []File) (more []File) {
	seen := map[string]bool{}
	for _, f := range known {
		seen[f.Path] = true
	}
	for _, rec := range m.Records {
		if seen[rec.Path] {
			continue
		}
		f := File{Path: rec.Path, Kind: Absent, Privacy: Hidden, follow: rec.follows()}
		if rec.Kind == OfKeys || rec.Text != "" {
			f.Privacy = OwnLines
		}
		more = append(more, f)
	}
	return more
}

// observeBackups looks for the backups that there are, and for those that a file
// would have if it had to give way.
func (s *State) observeBackups(dir string, look func(File, bool) error) error {
	if err := look(File{Path: dir, Kind: Absent}, true); err != nil {
		return err
	}
	at := slices.IndexFunc(s.Files, func(f File) bool { return f.Path == dir })
	for _, name := range s.Files[at].Names {
		if err := look(File{Path: filepath.Join(dir, name), Privacy: Hidden}, false); err != nil {
			return err
		}
	}
	return nil
}

// followed reports whether a link at the path of f stands for what it leads to.
func (f File) followed() bool { return f.Kind == Directory || f.Edit != nil || f.follow }

// observeFile looks at what stands where want is to stand, and never blocks. A
// link that leads nowhere stands for itself.
func observeFile(root Root, want File, follow bool) (File, error) {
	real, err := root.Real(want.Path, follow)
	if err != nil {
		return File{}, err
	}
	f := File{Path: want.Path, Kind: Other, real: real, dir: root.dirOf(real)}
	if follow {
		link, err := root.Real(want.Path, false)
		if err != nil {
			return File{}, err
		}
		f.link = isLink(link) && !isLink(real)
	}
	return f.look(want, real)
}

// look looks at what stands at the path at, another name of where f leads.
func (f File) look(want File, at string) (File, error) {
	info, err := os.Lstat(at)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
		return File{Path: f.Path, Kind: Absent, real: f.real, dir: f.dir}, nil
	}
	if err != nil {
		return File{}, err
	}
	stat := info.Sys().(*syscall.Stat_t)
	f.Mode, f.UID = info.Mode()&modeBits, int(stat.Uid)
	switch {
	case info.IsDir():
		f.Kind = Directory
		if want.Kind == Absent { // others need not be readable
			f.Names, err = list(at)
		}
	case info.Mode()&fs.ModeSymlink != 0:
		if want.Kind == Link {
			f.Kind = Link
		}
		f.Target, err = os.Readlink(at)
	case info.Mode().IsRegular():
		f.Kind, f.Links = Regular, int(stat.Nlink)
		f.Hash, f.Content, err = read(at, f.real, want.Privacy != Hidden)
		if errors.Is(err, fs.ErrPermission) {
			f.closed, err = true, want.mayBeClosed()
		}
	}
	return f, err
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// openRegular opens a file to read it, and fails at once where that is no plain one any
// more: a FIFO that somebody holds open is waited for, too.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, cmp.Or(err, error(&fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}))
	}
	return f, nil
}

// read hashes the file at, which is known as path, and, if keep, returns its content too.
func read(at, path string, keep bool) (hash string, content []byte, err error) {
	f, err := openRegular(at)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	sum := sha256.New()
	var kept bytes.Buffer
	var r io.Reader = f
	if keep {
		r = io.TeeReader(io.LimitReader(f, maxShown+1), &kept)
	}
	if _, err := io.Copy(sum, r); err != nil {
		return "", nil, err
	}
	if kept.Len() > maxShown {
		return "", nil, inTheWay(path, fmt.Sprintf("is larger than %d bytes", maxShown), "move it away")
	}
	if keep {
		content = append([]byte{}, kept.Bytes()...)
	}
	return hex.EncodeToString(sum.Sum(nil)), content, nil
}

// Hash gives the hex SHA-256 of content.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
