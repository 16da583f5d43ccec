// Package plan compares what a host holds with what it should hold, and makes
// the one so that it is the other.
//
// Observe reads a State off a Host, Diff compares two States and gives a Plan,
// and Apply carries a Plan out. Diff is pure; Apply never plans by itself.
package plan

import (
	"context"
	"io/fs"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// State is what a host holds, or should hold, of what this tool manages. It
// holds no token and no key, only their hashes.
type State struct {
	Files  []File // directories too, parents before what they hold
	Units  []Unit
	Linger Linger
	UID    int // desired only: whose files they are
	// NotChecked says why units or linger could not be looked at, a line each.
	NotChecked []string
	// NoUnits is set when the user's service manager could not be reached.
	NoUnits error `json:"-"`
}

// Kind is what stands at a path.
type Kind string

// The kinds of file.
const (
	Absent    Kind = "absent"
	Regular   Kind = "file"
	Directory Kind = "directory"
	Other     Kind = "other" // a link, a FIFO, a device: never ours
)

// Privacy is how much of a file a diff may show.
type Privacy int

// The levels of privacy.
const (
	Shown    Privacy = iota // any line
	OwnLines                // our own lines alone: the file holds others' secrets
	Hidden                  // that it changes, never what to
)

// File is a file or directory. Path to Content are what is there, or what
// should be; the rest says how a desired file comes about.
type File struct {
	Path    string
	Kind    Kind
	Mode    fs.FileMode // permission bits; in a desired File 0 leaves them be
	UID     int         // observed only
	Hash    string      // hex SHA-256 of a regular file's content
	Content []byte      `json:"-"` // nil where only the hash is kept
	Names   []string    // what an observed directory holds that is to go
	Links   int         // observed only: the hard links of a regular file
	real    string      // where Path leads, for what is reached through a link
	link    bool        // Path itself is a link

	Label   string  // what it is, for people
	Privacy Privacy // desired only
	// Own tells which lines an OwnLines file may show. Where any other changes,
	// its diff is as that of a Hidden one.
	Own func(line string) bool `json:"-"`
	// NewMode is the mode of a file that has to be made; where it stands, its
	// mode is left be.
	NewMode fs.FileMode
	// From names a file that the content is copied from: a key or the binary.
	// That it is gone is no drift as long as Path stands.
	From string
	// Undo is done before a file that is to be absent is removed: Revoke or
	// LogOut, or empty.
	Undo Op
	// Edit makes the content out of the one that is there, nil if none. To
	// give back nil is to remove the file. Links to the file are followed, and
	// what stands behind one is emptied, not removed.
	Edit func(before []byte) ([]byte, error) `json:"-"`
}

// Unit is a systemd unit of the user.
type Unit struct {
	Name  string
	Path  string // of its file
	Start bool   // desired only: enabled and active; else only loaded
	systemd.Unit
}

// Linger tells whether the user's service manager runs while nobody is logged
// in.
type Linger string

// The answers about lingering.
const (
	LingerUnknown Linger = ""
	LingerOn      Linger = "on"
	LingerOff     Linger = "off"
	LingerDenied  Linger = "off, and not ours to turn on"
)

// Host is the outside world.
type Host struct {
	UID int
	// Units is nil where the user's service manager cannot be reached, and
	// UnitsErr then says why. Login likewise.
	Units    Units
	UnitsErr error
	Login    Login
	LoginErr error
	// Revoke revokes the token in a token file, LogOut logs gh out of the host
	// that a stamp file names. Both are asked for removals alone.
	Revoke, LogOut func(ctx context.Context, file string) error
}

// Units is the user's service manager; *systemd.Manager is one.
type Units interface {
	Unit(ctx context.Context, name string) (systemd.Unit, error)
	UnitPath() ([]string, error)
	Reload(ctx context.Context) error
	Enable(ctx context.Context, path string) error
	Disable(ctx context.Context, name string) error
	Start(ctx context.Context, name string) error
	Restart(ctx context.Context, name string) error
	Stop(ctx context.Context, name string) error
}

// Login is logind; *systemd.Login is one.
type Login interface {
	Linger(ctx context.Context) (bool, error)
	MaySetLinger(ctx context.Context) bool
	SetLinger(ctx context.Context, on bool) error
}

// file finds the observed file at path.
func (s State) file(path string) File {
	for _, f := range s.Files {
		if f.Path == path {
			return f
		}
	}
	return File{Path: path, Kind: Absent}
}

// removes reports whether the desired state asks for path to be absent.
func (s State) removes(path string) bool {
	for _, f := range s.Files {
		if f.Path == path {
			return f.Kind == Absent
		}
	}
	return false
}

func (s State) unit(name string) Unit {
	for _, u := range s.Units {
		if u.Name == name {
			return u
		}
	}
	return Unit{Name: name}
}
