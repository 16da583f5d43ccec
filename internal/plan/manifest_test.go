package plan

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestManifestComesBack(t *testing.T) {
	t.Parallel()
	hash := Hash(nil)
	records := map[string]Record{
		"/b": {Path: "/b", Kind: OfFile, Label: "file", Mode: 0o755 | Perm(fs.ModeSetuid), SHA256: []string{hash, hash}, Text: "a\n\"<&>\" é",
			Was: &Was{Mode: 0o640 | Perm(fs.ModeSetgid|fs.ModeSticky), SHA256: hash, Backup: "/m/backup/x", Enabled: true}, Kept: &Kept{hash, hash},
			Unit: "x.timer", Enabled: true, App: "a", Secret: true},
		"/a": {Path: "/a", Kind: OfDirectory, Mode: 0o700},
		"/c": {Path: "/c", Kind: OfKeys, Keys: map[string]string{"a": "", "b": "b = 1\n"}},
		"/d": {Path: "/d", Kind: OfMinted, Undo: ClearGH},
	}
	data := encode(records, true)
	for _, mode := range []string{`"4755"`, `"3640"`, `"0700"`} {
		if !strings.Contains(string(data), mode) {
			t.Errorf("no mode %s in %s", mode, data)
		}
	}
	m, err := parseManifest("/m", data)
	if err != nil || !m.Linger || len(m.Records) != len(records) {
		t.Fatalf("got %v, %d records, linger: %v", err, len(m.Records), m.Linger)
	}
	for _, r := range m.Records {
		if !reflect.DeepEqual(r, records[r.Path]) {
			t.Errorf("got %+v, want %+v", r, records[r.Path])
		}
	}
}

// What is wrong with a manifest is told with its path and the line.
func TestBrokenManifest(t *testing.T) {
	t.Parallel()
	one := func(fields string) string {
		return "{\n\"version\": 1,\n\"records\": [\n{" + fields + "}\n]}"
	}
	for text, want := range map[string]string{
		"":                                       "the manifest /m, line 1: EOF",
		"{\n\"version\": 1,\n\"rec":              "the manifest /m, line 3: unexpected EOF",
		"{\n\"version\": 1,\n,}":                 "the manifest /m, line 3: invalid character",
		"{\n\"version\": 1, \"other\": 2}":       "the manifest /m, line 2: json: unknown field",
		"{\"version\": 2}":                       "the manifest /m: version 2 is not known to this program",
		"{}":                                     "the manifest /m: version 0 is not known",
		"{\"version\": 1}\n{}":                   "the manifest /m, line 2: there is more than one value",
		one(`"path": "f", "kind": "file"`):       `the manifest /m, line 4: "f" is not the absolute path`,
		one(`"path": "/a/../f", "kind": "file"`): `the manifest /m, line 4: "/a/../f" is not`,
		one(`"path": "/", "kind": "directory"`):  `the manifest /m, line 4: "/" is not`,
		one(`"path": "/f", "kind": "link"`):      `the manifest /m, line 4: "link" is not a kind`,
		one(`"path": "/f", "kind": "file", "undo": "remove"`):                                `the manifest /m, line 4: "remove" is nothing that`,
		one(`"path": "/f", "kind": "file", "environment": "x"`):                              `the manifest /m, line 4: "x" is not an absolute path`,
		one(`"path": "/f", "kind": "file", "was": {"mode": "0600", "backup": "x"}`):          `the manifest /m, line 4: "x" is not an absolute path`,
		one(`"path": "/f", "kind": "file", "mode": "9"`):                                     `the manifest /m, line 4: a mode`,
		one(`"path": "/f", "kind": "file", "mode": "17777"`):                                 `the manifest /m, line 4: a mode`,
		one("\"path\": \"/f\", \"kind\": \"file\"},\n{\"path\": \"/a\", \"kind\": \"file\""): "the manifest /m, line 5: the records are not in the order",
	} {
		_, err := parseManifest("/m", []byte(text))
		if _, ok := errors.AsType[*ManifestError](err); !ok || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// A manifest that cannot be read stops everything, and stays.
func TestObserveBrokenManifest(t *testing.T) {
	path := filepath.Join(t.TempDir(), ManifestName)
	for _, content := range []string{"{", strings.Repeat(" ", maxManifest+1)} {
		write(t, path, content, 0o600)
		_, err := Observe(t.Context(), Host{}, State{UID: os.Getuid(), Manifest: path})
		if e, ok := errors.AsType[*ManifestError](err); !ok || e.Path != path {
			t.Errorf("got %v, want an error about the manifest", err)
		}
	}
}

// Anything at the manifest's path that is no file of the user's is in the way.
func TestManifestInTheWay(t *testing.T) {
	t.Parallel()
	desired := State{UID: 1, Manifest: manifestPath, Files: []File{{Path: "/f", Kind: Regular, Mode: 0o600}}}
	for _, have := range []File{directory(manifestPath), {Path: manifestPath, Kind: Other}, with(regular(manifestPath, ""), foreign)} {
		if _, err := Diff(State{Files: []File{have}}, desired); err == nil {
			t.Errorf("%s of uid %d was taken for a manifest", have.Kind, have.UID)
		}
	}
}
