package plan

import (
	"bytes"
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

// Observe reads off the host all that desired speaks of.
func Observe(ctx context.Context, h Host, desired State) (State, error) {
	var s State
	var sources []File
	for _, want := range desired.Files {
		f, err := observeFile(want, want.followed())
		if err != nil {
			return s, err
		}
		s.Files = append(s.Files, f)
		if want.From != "" {
			from, err := observeFile(File{Path: want.From, Privacy: Hidden}, true)
			if err != nil {
				return s, err
			}
			sources = append(sources, from)
		}
	}
	s.Files = append(s.Files, sources...)
	s.observeUnits(ctx, h, desired)
	if desired.Linger != LingerUnknown {
		s.observeLinger(ctx, h)
	}
	return s, nil
}

func (s *State) observeUnits(ctx context.Context, h Host, desired State) {
	if len(desired.Units) == 0 {
		return
	}
	s.NoUnits = h.UnitsErr
	if h.Units != nil {
		s.NoUnits = readsFrom(h.Units, filepath.Dir(desired.Units[0].Path))
	}
	for _, want := range desired.Units {
		if s.NoUnits != nil {
			break
		}
		u, err := h.Units.Unit(ctx, want.Name)
		s.Units = append(s.Units, Unit{Name: want.Name, Path: want.Path, Unit: u})
		s.NoUnits = err
	}
	if s.NoUnits != nil {
		s.NotChecked = append(s.NotChecked, "units: not checked: "+s.NoUnits.Error())
	}
}

// readsFrom refuses a manager that belongs to another home: it would not see
// the units.
func readsFrom(units Units, dir string) error {
	paths, err := units.UnitPath()
	if err != nil {
		return err
	}
	if !slices.Contains(paths, dir) {
		return fmt.Errorf("the running systemd --user reads no units from %s: check unit_dir and HOME", dir)
	}
	return nil
}

func (s *State) observeLinger(ctx context.Context, h Host) {
	if h.Login == nil {
		s.NotChecked = append(s.NotChecked, fmt.Sprintf("linger: not checked: %v; run: loginctl enable-linger", h.LoginErr))
		return
	}
	switch on, err := h.Login.Linger(ctx); {
	case err != nil:
		s.NotChecked = append(s.NotChecked, fmt.Sprintf("linger: not checked: %v; run: loginctl enable-linger", err))
	case on:
		s.Linger = LingerOn
	case h.Login.MaySetLinger(ctx):
		s.Linger = LingerOff
	default:
		s.Linger = LingerDenied
	}
}

// followed reports whether a link at the path of f stands for what it leads to.
func (f File) followed() bool { return f.Kind == Directory || f.Edit != nil }

// observeFile looks at what stands where want is to stand, and never blocks. A
// link that leads nowhere stands for itself.
func observeFile(want File, follow bool) (File, error) {
	f := File{Path: want.Path, Kind: Other, real: want.Path}
	if real, err := filepath.EvalSymlinks(want.Path); follow && err == nil {
		f.real = real
		f.link = isLink(want.Path)
	}
	info, err := os.Lstat(f.real)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
		return File{Path: want.Path, Kind: Absent}, nil
	}
	if err != nil {
		return File{}, err
	}
	stat := info.Sys().(*syscall.Stat_t)
	f.Mode, f.UID = info.Mode().Perm(), int(stat.Uid)
	switch {
	case info.IsDir():
		f.Kind = Directory
		if want.Kind == Absent { // others need not be readable
			f.Names, err = list(f.real)
		}
	case info.Mode().IsRegular():
		f.Kind, f.Links = Regular, int(stat.Nlink)
		f.Hash, f.Content, err = read(f.real, want.Privacy != Hidden)
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

// read hashes a file and, if keep, returns its content too.
func read(path string, keep bool) (hash string, content []byte, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
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
		return "", nil, &ConflictError{path, fmt.Sprintf("is larger than %d bytes", maxShown), "move it away"}
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
