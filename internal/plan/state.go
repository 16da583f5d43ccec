// Package plan compares what a host holds with what it should hold, and makes
// the one so that it is the other.
//
// Observe reads a State off a Host, Diff compares two States and gives a Plan,
// and Apply carries a Plan out. Diff is pure; Apply never plans by itself.
//
// What is ours is known by a Manifest, which Observe reads and a Plan's own actions
// write: before everything else with what will be ours, and at the end with what is.
// So an Apply may be killed anywhere, and the next one goes on from there.
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
	// System says that the units are the system's, not a user's. Desired only.
	System bool

	// Manifest is the path of the manifest; where it is empty, nothing is
	// recorded. Known is what it says, observed only.
	Manifest string
	Known    Manifest
	// Keys gives back what keys had before us, in files of which only some are
	// ours. Desired only, as all below.
	Keys KeyEditor `json:"-"`
	// Wheel is the path of the plugin's wheel, where Takopi is to have it, and
	// TakopiUnit the unit that is Takopi, if any is named.
	Wheel, TakopiUnit string
	// Program is the one that runs.
	Program string
	// Purge has private keys go, too, when nothing asks for them any more.
	Purge bool
	// Spent are, by path, the private keys that go although nothing purges them.
	Spent map[string]SpentKey
	// Imports are the private keys that are to be in the host's KeyStore; observed, those
	// of them that are there.
	Imports []KeyImport
	// Overwrite and Keep settle conflicts: paths that are to be as the spec says
	// although somebody else has changed them, and paths that are to be left.
	Overwrite, Keep []string
	// Rename confirms that apps change places, and so their files names.
	Rename bool

	// Plugin is what Takopi's environment has of it, and Takopi the unit that runs
	// that, if it is known by name and could be looked at. Observed only.
	Plugin PluginState
	Takopi Unit
	// NotChecked says why units or linger could not be looked at, a line each.
	NotChecked []string
	// Unasked is set when it could not be told which Imports are there.
	Unasked error `json:"-"`
	// NoUnits is set when the user's service manager could not be reached.
	NoUnits error `json:"-"`
}

// Kind is what stands at a path.
type Kind string

// The kinds of file.
const (
	Absent    Kind = "absent" // desired: what a record speaks of and nothing asks for
	Regular   Kind = "file"
	Directory Kind = "directory"
	Link      Kind = "link"   // a symbolic one; observed only where one is desired
	Other     Kind = "other"  // any other link, a FIFO, a device: never ours
	Minted    Kind = "minted" // desired only: a mint, systemd or gh makes it later
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
	Path     string
	Kind     Kind
	Mode     fs.FileMode // as Perm has it; in a desired File 0 leaves them be
	UID      int         // observed only
	Hash     string      // hex SHA-256 of a regular file's content
	Content  []byte      `json:"-"` // nil where only the hash is kept
	Target   string      // where a Link leads, or any other, as it is written
	Names    []string    // what an observed directory holds that is to go
	Links    int         // observed only: the hard links of a regular file
	real     string      // where Path leads on the host that runs: beneath its Root, through links
	dir      string      // the directory of real, by a path without links, as far as that stands
	link     bool        // Path itself is a link
	closed   bool        // observed only: its mode keeps even us from reading it
	follow   bool        // a link at Path stands for what it leads to
	leftover bool        // of a write that was killed
	minted   bool        // it may change, or go, by itself
	early    bool        // it keeps what stands elsewhere, before that gives way
	closing  bool        // the old mode of a directory, for when all else is gone
	source   bool        // observed only: what the From of another names
	why      string      // desired only: the reason of what is done, where that is a special one
	inside   bool        // From lies beneath the Root, as a backup does

	Label   string  // what it is, for people
	Privacy Privacy // desired only
	// Own tells which lines an OwnLines file may show. Where any other changes,
	// its diff is as that of a Hidden one.
	Own func(line string) bool `json:"-"`
	// NewMode is the mode of a file that has to be made; where it stands, its
	// mode is left be.
	NewMode fs.FileMode
	// From names a file that the content is copied from: a key or the binary.
	// That it is gone is no drift as long as Path stands. It is a path of the host
	// that runs, whatever the Root.
	From string
	// Seal has the content of From stand at Path encrypted, as the credential of
	// that name (systemd-creds(1)). What stands there tells nothing of what it holds:
	// the record says of which file it was made, and Hash is that file's.
	Seal string
	// Undo is done before it is removed: Revoke, LogOut or ClearGH of what was
	// minted, UninstallPlugin of a wheel, or empty.
	Undo Op
	// IfNew has what is minted recorded only where nothing stands yet: else it
	// is not there because of us.
	IfNew bool
	Unit  string // the unit whose file it is, or that a Link enables
	App   string // whose file it is: it never becomes another's unasked
	// AppIn gives the app that the content of what stands at Path names, or "": it
	// counts where the manifest does not know.
	AppIn func(content []byte) string `json:"-"`
	// Login is what Undo ends. When another is desired, Undo is done, and what
	// is minted stays, for the next one.
	Login  string
	Secret bool // a private key: never backed up, replaced or removed unasked
	// Remedy says what to do where what stands is not the user's own file; where it is
	// empty, to move that away.
	Remedy string
	// Edit makes the content out of the one that is there, nil if none. To
	// give back nil is to remove the file. Links to the file are followed, and
	// what stands behind one is emptied, not removed.
	Edit func(before []byte) ([]byte, error) `json:"-"`
	// Owner gives the key directory that the content of what stands at Path is for,
	// or "" where it names none.
	Owner func(content []byte) string `json:"-"`
	// Keys are those that Edit sets. What they had before is recorded.
	Keys []string
	// Restart is, of a wheel, the unit that loads the plugin: for when that goes.
	Restart string
	// Environment is, of a wheel, the directory of Takopi's that it is installed into.
	Environment string
	// Rereads tells, of Takopi's configuration, whether Takopi takes up changes of
	// one with that content while it runs.
	Rereads func(content []byte) bool `json:"-"`
}

// KeyEditor knows the files of which only some keys are ours.
type KeyEditor interface {
	// Earlier gives what src has for the keys, "" for nothing.
	Earlier(src []byte, keys []string) (map[string]string, error)
	// GiveBack gives src with what Earlier gave.
	GiveBack(src []byte, earlier map[string]string) ([]byte, error)
	// Values gives in JSON, each in one line, what src has for those of the keys
	// that it has.
	Values(src []byte, keys []string) (map[string]string, error)
}

// Unit is a systemd unit.
type Unit struct {
	Name  string
	Path  string // of its file
	Start bool   // desired only: enabled and active; else only loaded
	// Reads are the files that a unit has read when it runs. Where one changes, one
	// that is not to be started is stopped: what needs it starts it again. Desired only.
	Reads []string
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
	UID  int
	Root Root // all but what is copied From elsewhere is beneath it
	// Units is nil where the user's service manager cannot be reached, and
	// UnitsErr then says why. Login likewise.
	Units    Units
	UnitsErr error
	Login    Login
	LoginErr error
	// Verify is asked to look at the units of a plan, by name, before the first
	// of them is written; what they run is there by then. It may be nil.
	Verify func(ctx context.Context, units map[string][]byte) error
	// Seal encrypts content as the credential name.
	Seal func(ctx context.Context, name string, content []byte) ([]byte, error)
	// Revoke revokes the token in a token file, LogOut logs gh out of the host
	// that a stamp file names, and ClearGH removes a file of gh's unless gh is
	// logged in anywhere. All are asked for removals alone.
	Revoke, LogOut, ClearGH func(ctx context.Context, path string) error
	// KeyStore is asked for what is to be imported, and never otherwise.
	KeyStore KeyStore
	// Plugin is nil where no plugin can be installed.
	Plugin Plugin
}

// Units is a service manager, the user's or the system's; *systemd.Manager is one.
type Units interface {
	Unit(ctx context.Context, name string) (systemd.Unit, error)
	UnitPath() ([]string, error)
	Reload(ctx context.Context) error
	Enable(ctx context.Context, path string) error
	Disable(ctx context.Context, name string) error
	ResetFailed(ctx context.Context, name string) error
	Start(ctx context.Context, name string) error
	Restart(ctx context.Context, name string) error
	TryRestart(ctx context.Context, name string) error // if it runs
	Stop(ctx context.Context, name string) error
}

// Login is logind; *systemd.Login is one.
type Login interface {
	Linger(ctx context.Context) (bool, error)
	MaySetLinger(ctx context.Context) bool
	SetLinger(ctx context.Context, on bool) error
}

func (s State) unit(name string) Unit {
	for _, u := range s.Units {
		if u.Name == name {
			return u
		}
	}
	return Unit{Name: name}
}
