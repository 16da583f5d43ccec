package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	// ManifestName is the manifest's name in the key directory.
	ManifestName = "ghauth-manifest.json"

	manifestVersion = 1
	manifestMode    = 0o600
	// maxManifest bounds what is read, in bytes: a thousand apps take some two
	// million.
	maxManifest = 32 << 20
	// maxText bounds the text of a file that its record keeps, in bytes.
	maxText = 8 << 10
)

// A Manifest says what on a host is ours: what apply made, and what stood there
// before. It holds no secret. docs/manifest.md describes its JSON.
type Manifest struct {
	Version int      `json:"version"`
	Linger  bool     `json:"linger,omitempty"` // we turned it on
	Records []Record `json:"records"`          // by path
}

// RecordKind is what sort of thing a record speaks of.
type RecordKind string

// The kinds of record.
const (
	OfFile      RecordKind = "file"      // apply writes all of it
	OfDirectory RecordKind = "directory" // apply makes it, or its mode
	OfKeys      RecordKind = "keys"      // apply sets a few keys in a file of others
	OfMinted    RecordKind = "minted"    // a mint, systemd or gh makes it, because of us
)

// Record is what is known of one path.
type Record struct {
	Path  string     `json:"path"`
	Kind  RecordKind `json:"kind"`
	Label string     `json:"label,omitempty"`
	Mode  Perm       `json:"mode,omitempty"`
	// SHA256 are the hashes of what apply wrote: one, or two while an apply is
	// under way: of what it found and what it writes.
	SHA256 []string `json:"sha256,omitempty"`
	Text   string   `json:"text,omitempty"` // what apply wrote, where that is small and no secret
	Was    *Was     `json:"was,omitempty"`  // nil: nothing stood there before us
	Kept   *Kept    `json:"kept,omitempty"`
	// Keys are the keys that we set, each with what the file had for it before,
	// as an Earlier of KeyEditor gave it.
	Keys map[string]string `json:"keys,omitempty"`
	// Set are the values, in JSON, that the last apply has given them.
	Set     map[string]string `json:"set,omitempty"`
	Unit    string            `json:"unit,omitempty"`    // whose file it is
	Enabled bool              `json:"enabled,omitempty"` // that unit is enabled since an apply
	App     string            `json:"app,omitempty"`     // whose file it is
	Secret  bool              `json:"secret,omitempty"`  // a private key: removed only when asked for
	Sealed  bool              `json:"sealed,omitempty"`  // it is encrypted: SHA256 is of what it was made of
	Created bool              `json:"created,omitempty"` // the key came from GitHub straight to its place
	Undo    Op                `json:"undo,omitempty"`    // before it goes
	Login   string            `json:"login,omitempty"`   // what that ends
	Restart string            `json:"restart,omitempty"` // once that is done
	// Environment is the directory of Takopi's that the wheel was installed into.
	Environment string `json:"environment,omitempty"`
}

// Was is what stood at a path before the first apply.
type Was struct {
	Mode    Perm   `json:"mode"`
	SHA256  string `json:"sha256,omitempty"`  // of a file that apply writes
	Backup  string `json:"backup,omitempty"`  // where its content is kept, once it had to give way
	Enabled bool   `json:"enabled,omitempty"` // its unit was enabled
}

// Kept is a file that the operator has changed and wants to keep: it is left as
// it is until it changes again, or the spec does.
type Kept struct {
	SHA256 string `json:"sha256"` // of the operator's
	Wanted string `json:"wanted"` // of what the spec asked for then
}

// Perm is a file's permission bits, and setuid, setgid and sticky, in JSON an octal
// text such as "0600" or "2750", as chmod(1) takes it.
type Perm fs.FileMode

// modeBits are those bits of a file's mode.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// specialBits are those that Go has elsewhere than chmod(2).
var specialBits = map[fs.FileMode]uint64{fs.ModeSetuid: unix.S_ISUID, fs.ModeSetgid: unix.S_ISGID, fs.ModeSticky: unix.S_ISVTX}

// String writes p in octal.
func (p Perm) String() string {
	n := uint64(fsMode(p).Perm())
	for bit, octal := range specialBits {
		if fsMode(p)&bit != 0 {
			n |= octal
		}
	}
	return fmt.Sprintf("%04o", n)
}

// MarshalText writes p in octal.
func (p Perm) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText has written. What is none is badPerm, so
// that the record it stands in can be named.
func (p *Perm) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 8, 12)
	if err != nil {
		*p = badPerm
		return nil
	}
	*p = Perm(n & 0o777)
	for bit, octal := range specialBits {
		if n&octal != 0 {
			*p |= Perm(bit)
		}
	}
	return nil
}

const badPerm Perm = 1 << 31

func fsMode(p Perm) fs.FileMode { return fs.FileMode(p) }

// encode writes a manifest with these records. Equal ones give equal bytes.
func encode(records map[string]Record, linger bool) []byte {
	m := Manifest{Version: manifestVersion, Linger: linger, Records: []Record{}}
	for _, path := range slices.Sorted(maps.Keys(records)) {
		m.Records = append(m.Records, records[path])
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // no field of it can fail
	}
	return append(data, '\n')
}

// A ManifestError says where a manifest cannot be read.
type ManifestError struct {
	Path   string
	Line   int // 0: all of it is meant
	Reason string
}

// Error names the file, the line and the reason.
func (e *ManifestError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("the manifest %s: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("the manifest %s, line %d: %s", e.Path, e.Line, e.Reason)
}

// parseManifest reads what encode has written. The error is a *ManifestError.
func parseManifest(path string, data []byte) (m Manifest, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return m, &ManifestError{path, lineOf(data, dec, err), err.Error()}
	}
	if _, err := dec.Token(); err != io.EOF {
		return m, &ManifestError{path, lineOf(data, dec, nil), "there is more than one value"}
	}
	if m.Version != manifestVersion {
		return m, &ManifestError{path, 0, fmt.Sprintf("version %d is not known to this program, which writes version %d", m.Version, manifestVersion)}
	}
	last := ""
	for _, r := range m.Records {
		if reason := r.fault(); reason != "" || r.Path <= last {
			if reason == "" {
				reason = "the records are not in the order of their paths"
			}
			at := bytes.Index(data, quoted(r.Path))
			return m, &ManifestError{path, 1 + bytes.Count(data[:max(at, 0)], []byte("\n")), reason}
		}
		last = r.Path
	}
	return m, nil
}

// lineOf tells in which line a decoder has met an error.
func lineOf(data []byte, dec *json.Decoder, err error) int {
	at := dec.InputOffset()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		at = int64(len(data))
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at = e.Offset
	}
	return 1 + bytes.Count(data[:min(int(at), len(data))], []byte("\n"))
}

func quoted(s string) []byte {
	text, _ := json.Marshal(s)
	return text
}

// fault says what is wrong with a record, or nothing.
func (r Record) fault() string {
	switch {
	case !filepath.IsAbs(r.Path) || filepath.Clean(r.Path) != r.Path || r.Path == "/":
		return strconv.Quote(r.Path) + " is not the absolute path of a file"
	case !slices.Contains([]RecordKind{OfFile, OfDirectory, OfKeys, OfMinted}, r.Kind):
		return strconv.Quote(string(r.Kind)) + " is not a kind of record"
	case r.Was != nil && r.Was.Backup != "" && !filepath.IsAbs(r.Was.Backup):
		return strconv.Quote(r.Was.Backup) + " is not an absolute path"
	case r.Environment != "" && !filepath.IsAbs(r.Environment):
		return strconv.Quote(r.Environment) + " is not an absolute path"
	case r.Mode == badPerm || r.Was != nil && r.Was.Mode == badPerm:
		return "a mode is not four octal digits"
	case !slices.Contains([]Op{"", Revoke, LogOut, ClearGH, UninstallPlugin}, r.Undo):
		return strconv.Quote(string(r.Undo)) + " is nothing that can be done before a removal"
	}
	return ""
}

// follows reports whether a link at the path stands for what it leads to.
func (r Record) follows() bool { return r.Kind == OfKeys || r.Kind == OfDirectory }

// readManifest reads the manifest at path, whose content is hashed in f.
func readManifest(f *File) (Manifest, error) {
	file, err := openRegular(f.real)
	if err != nil {
		return Manifest{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxManifest+1))
	if err != nil {
		return Manifest{}, err
	}
	if len(data) > maxManifest {
		return Manifest{}, &ManifestError{f.Path, 0, fmt.Sprintf("it is larger than %d bytes", maxManifest)}
	}
	f.Hash = Hash(data)
	return parseManifest(f.Path, data)
}
