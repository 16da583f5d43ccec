package mint

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"golang.org/x/sys/unix"
)

// write makes a file of that mode, whatever the umask.
func write(t *testing.T, path string, data []byte, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// unblocked returns what f does, and fails the test if f blocks.
func unblocked(t *testing.T, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("blocks")
		return nil
	}
}

func managed(path string) error  { _, err := ReadKey(path); return err }
func imported(path string) error { _, err := ReadKeyFile(path); return err }
func loaded(path string) error   { _, err := LoadKeyFile(path); return err }

func TestReadKey(t *testing.T) {
	want, data := githubtest.Key(0)
	for _, mode := range []fs.FileMode{0o600, 0o400, 0o700} {
		path := filepath.Join(t.TempDir(), "key.pem")
		write(t, path, data, mode)
		got, err := ReadKey(path)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(want) {
			t.Errorf("mode %04o: another key", mode)
		}
	}
}

// Fault: loose-key
func TestReadKeyRefusesLooseModes(t *testing.T) {
	_, data := githubtest.Key(0)
	path := filepath.Join(t.TempDir(), "key.pem")
	for mode, text := range map[fs.FileMode]string{0o644: "0644", 0o640: "0640", 0o604: "0604", 0o620: "0620", 0o601: "0601"} {
		write(t, path, data, mode)
		wantError(t, managed(path), BadSetup, "the key "+path+" has mode "+text+": others may read it", "chmod 600 "+path)
	}
}

func TestCheckHolder(t *testing.T) {
	const me, root, nobody = 1000, 0, 65534
	for _, tt := range []struct {
		uid, euid int
		want      string
	}{
		{me, me, ""},
		{root, me, ""},
		{root, root, ""},
		{nobody, me, "the key k belongs to uid 65534, not to 1000"},
		{nobody, root, "the key k belongs to uid 65534, not to 0"},
	} {
		err := checkHolder("k", 0o600, tt.uid, tt.euid)
		if tt.want == "" {
			if err != nil {
				t.Errorf("uid %d for %d: %v", tt.uid, tt.euid, err)
			}
			continue
		}
		wantError(t, err, BadSetup, tt.want, "chown it to the user that mints")
	}
}

// Fault: foreign-key
func TestReadKeyOfAnotherUser(t *testing.T) {
	_, data := githubtest.Key(0)
	path := filepath.Join(t.TempDir(), "key.pem")
	write(t, path, data, 0o600)
	owner := os.Geteuid()
	if owner == 0 { // root's keys are taken
		owner = 65534
		if err := os.Chown(path, owner, -1); err != nil {
			t.Fatal(err)
		}
		wantError(t, managed(path), BadSetup, "belongs to uid 65534, not to 0", "chown it")
	}
	_, err := readKey(path, owner+1)
	wantError(t, err, BadSetup, fmt.Sprintf("the key %s belongs to uid %d, not to %d", path, owner, owner+1), "chown it")
	if err := imported(path); err != nil {
		t.Errorf("import: %v", err)
	}
}

// What is no key's file is refused by both readers, which block on nothing.
//
// Fault: bad-key-file, no-plain-file
func TestNoKeyFile(t *testing.T) {
	_, good := githubtest.Key(0)
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write(t, path("empty"), nil, 0o600)
	write(t, path("large"), bytes.Repeat([]byte("\n"), 10<<20), 0o600)
	write(t, path("two"), append(good, good...), 0o600)
	if err := unix.Mkfifo(path("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path                        string
		kind                        Kind
		managed, remedy             string
		imported, remedyOfTheImport string
	}{
		{path("missing"), BadSetup, "the key " + path("missing") + " is missing", "apply` with the key", "no such file or directory", "check private_key"},
		{path("missing/key"), BadSetup, "is missing", "apply` with the key", "no such file or directory", "check private_key"},
		{path("empty/key"), BadSetup, "not a directory", "apply`", "not a directory", "check private_key"},
		{dir, BadSetup, "cannot be read: not a regular file", "apply`", "not a regular file", "check private_key"},
		{path("fifo"), BadSetup, "cannot be read: not a regular file", "apply`", "not a regular file", "check private_key"},
		{"/dev/zero", BadSetup, "cannot be read: not a regular file", "apply`", "not a regular file", "check private_key"},
		{path("empty"), InvalidKey, "empty: holds no PEM block", "generate", "empty: holds no PEM block", "generate"},
		{path("large"), InvalidKey, "large: larger than 65536 bytes", "generate", "large: larger than 65536 bytes", "generate"},
		{path("two"), InvalidKey, "two: holds more than one PEM block", "one key a file", "two: holds more than one", "one key a file"},
	} {
		t.Run(strings.TrimPrefix(tt.path, dir), func(t *testing.T) {
			used := allocated(func() {
				wantError(t, unblocked(t, func() error { return managed(tt.path) }), tt.kind, tt.managed, tt.remedy)
				wantError(t, unblocked(t, func() error { return imported(tt.path) }), tt.kind, tt.imported, tt.remedyOfTheImport)
				wantError(t, unblocked(t, func() error { return loaded(tt.path) }), tt.kind, tt.imported, tt.remedyOfTheImport)
			})
			if most := uint64(2 << 20); used > most {
				t.Errorf("allocated %d bytes, want at most %d", used, most)
			}
		})
	}
}

// The managed key's directory is what is guarded: a link may not leave it.
//
// Fault: no-plain-file
func TestLinks(t *testing.T) {
	_, data := githubtest.Key(0)
	dir, away := t.TempDir(), filepath.Join(t.TempDir(), "key.pem")
	write(t, away, data, 0o600)
	write(t, filepath.Join(dir, "key.pem"), data, 0o600)
	for to, want := range map[string]string{
		"key.pem":    "",
		"../away":    "path escapes from parent",
		away:         "path escapes from parent",
		"/dev/zero":  "path escapes from parent",
		"dangling":   "is missing",
		"link":       "too many levels of symbolic links",
		"./././link": "too many levels of symbolic links",
	} {
		path := filepath.Join(dir, "link")
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		err := unblocked(t, func() error { return managed(path) })
		if want == "" && err != nil {
			t.Errorf("link to %s: %v", to, err)
		}
		if want != "" {
			wantError(t, err, BadSetup, want, "apply`")
		}
		if err := imported(path); to == away && err != nil {
			t.Errorf("import: %v", err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadKeyFile(t *testing.T) {
	key, data := githubtest.Key(0)
	data = append([]byte("# as it came\r\n"), data...)
	path := filepath.Join(t.TempDir(), "key.pem")
	write(t, path, data, 0o644)
	got, err := ReadKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		t.Errorf("ReadKeyFile() = %q, want the bytes as they are", got)
	}
	if loaded, err := LoadKeyFile(path); err != nil || !loaded.Equal(key) {
		t.Errorf("LoadKeyFile() = another key, %v", err)
	}
}

// An ACL that lets another user read shows in the group's bits (acl(5)).
//
// Fault: loose-key
func TestReadKeyRefusesACLs(t *testing.T) {
	_, data := githubtest.Key(0)
	path := filepath.Join(t.TempDir(), "key.pem")
	write(t, path, data, 0o600)
	// As setfacl -m u:65534:r makes it: the version, and then a tag, permissions and an
	// id for the owner, that user, the group, the mask and the others (linux/posix_acl_xattr.h).
	list := binary.LittleEndian.AppendUint32(nil, 2)
	for _, entry := range [][3]uint32{{0x01, 6, 0}, {0x02, 4, 65534}, {0x04, 0, 0}, {0x10, 4, 0}, {0x20, 0, 0}} {
		list = binary.LittleEndian.AppendUint16(list, uint16(entry[0]))
		list = binary.LittleEndian.AppendUint16(list, uint16(entry[1]))
		list = binary.LittleEndian.AppendUint32(list, entry[2])
	}
	switch err := unix.Setxattr(path, "system.posix_acl_access", list, 0); {
	case errors.Is(err, unix.ENOTSUP):
		t.Log("without ACLs there is nothing to refuse")
		return
	case err != nil:
		t.Fatal(err)
	}
	wantError(t, managed(path), BadSetup, "the key "+path+" has mode 0640: others may read it", "chmod 600 "+path)
}
