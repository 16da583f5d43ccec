package plan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// Each row: what stands at /f, the key file that the record says it was made of, and
// the key that is there now.
func TestDiffSealed(t *testing.T) {
	t.Parallel()
	blob := regular("/f", "blob")
	for _, test := range []struct {
		name   string
		have   []File
		made   string // empty: nothing is recorded
		key    string // empty: it is gone
		plan   []string
		refuse string
	}{
		{"new", nil, "", "key", []string{"create /f 0600"}, ""},
		{"as it should be", []File{blob}, "key", "key", nil, ""},
		{"of another key", []File{blob}, "old", "key", []string{"change /f 0600"}, ""},
		{"lost", nil, "key", "key", []string{"create /f 0600"}, ""},
		{"loose", []File{with(blob, func(f *File) { f.Mode = 0o644 })}, "key", "key", []string{"chmod /f 0600"}, ""},
		{"its key is gone", []File{blob}, "key", "", nil, ""},
		{"both are gone", nil, "key", "", nil, "does not exist, and there is no sealed key yet"},
		{"a stranger's", []File{blob}, "", "key", nil, "is not known to be ours"},
	} {
		observed := recordedHost(test.have, false)
		if test.made != "" {
			observed = recordedHost(test.have, false, Record{Path: "/f", Kind: OfFile, Label: "sealed key", Mode: 0o600, SHA256: []string{Hash([]byte(test.made))}, Secret: true, Sealed: true})
		}
		if test.key != "" {
			observed.Files = append(observed.Files, source(regular("/key", test.key)))
		}
		want := File{Path: "/f", Kind: Regular, Mode: 0o600, From: "/key", Seal: "app", Secret: true, Privacy: Hidden, Label: "sealed key"}
		p, err := Diff(observed, State{UID: 1, Manifest: manifestPath, Files: []File{want}})
		if (err != nil) != (test.refuse != "") || err != nil && !strings.Contains(err.Error(), test.refuse) {
			t.Errorf("%s: %v, want %q", test.name, err, test.refuse)
			continue
		}
		var lines []string
		for _, line := range test.plan {
			lines = append(lines, strings.Replace(line, "chmod", string(Chmod), 1))
		}
		wantLines(t, test.name, others(p), lines)
	}
}

// A sealed key goes when that is asked for, and is never taken for one that somebody
// has changed.
func TestPruneSealed(t *testing.T) {
	t.Parallel()
	rec := Record{Path: "/f", Kind: OfFile, Label: "sealed key", Mode: 0o600, SHA256: []string{Hash([]byte("key"))}, Secret: true, Sealed: true}
	for _, purge := range []bool{false, true} {
		p, err := Diff(recordedHost([]File{regular("/f", "blob")}, false, rec), State{UID: 1, Manifest: manifestPath, Purge: purge})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"remove /f"}
		if !purge {
			want = nil
		}
		wantLines(t, "pruned", others(p), want)
		wantLines(t, "conflicts", conflictsOf(p), nil)
	}
}

// One that nothing asks for goes unasked only where the same key stands under the other
// name.
func TestSpendSealedTwin(t *testing.T) {
	t.Parallel()
	for key, want := range map[string][]string{"same": {"change /f 0600", "remove /next"}, "another": {"change /f 0600"}} {
		record := func(path, of string) Record {
			return Record{Path: path, Kind: OfFile, Label: "sealed key", Mode: 0o600, SHA256: []string{Hash([]byte(of))}, Secret: true, Sealed: true}
		}
		observed := recordedHost([]File{regular("/f", "blob"), regular("/next", "blob")}, false, record("/f", "old"), record("/next", "same"))
		observed.Files = append(observed.Files, source(regular("/key", key)))
		p, err := Diff(observed, State{UID: 1, Manifest: manifestPath, Files: []File{
			{Path: "/f", Kind: Regular, Mode: 0o600, From: "/key", Seal: "app", Secret: true, Privacy: Hidden, Label: "sealed key"}}})
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, key, others(p), want)
	}
}

// What is written is what seals the key; a run that is killed before says nothing of
// the new key.
func TestApplySeals(t *testing.T) {
	dir := t.TempDir()
	key, cred := filepath.Join(dir, "key"), filepath.Join(dir, "m/cred")
	write(t, key, "one", 0o600)
	desired := State{UID: os.Getuid(), Manifest: filepath.Join(dir, "m", ManifestName), Files: []File{
		{Path: filepath.Join(dir, "m"), Kind: Directory, NewMode: 0o755},
		{Path: cred, Kind: Regular, Mode: 0o600, From: key, Seal: "app", Secret: true, Privacy: Hidden, Label: "sealed key"},
	}}
	failing := errors.New("no TPM")
	fail := false
	h := Host{Seal: func(_ context.Context, name string, content []byte) ([]byte, error) {
		if fail {
			return nil, failing
		}
		return []byte("sealed " + name + " " + string(content)), nil
	}}
	apply := func(want error, blob string) {
		t.Helper()
		_, p := replan(t, desired)
		if err := Apply(t.Context(), h, p, func(Action) {}); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if got, _ := os.ReadFile(cred); string(got) != blob {
			t.Errorf("%s holds %q, want %q", cred, got, blob)
		}
	}
	apply(nil, "sealed app one")
	write(t, key, "two", 0o600)
	fail = true
	apply(failing, "sealed app one")
	fail = false
	apply(nil, "sealed app two")
	if _, p := replan(t, desired); !p.Empty() {
		t.Errorf("then the plan has %q", actions(p))
	}
}

// A service that reads files is stopped when one of them changes, if it runs.
func TestDiffStopsWhatReads(t *testing.T) {
	t.Parallel()
	running := systemd.Unit{Load: "loaded", File: "static", Active: "active", Sub: "running"}
	for _, test := range []struct {
		name    string
		service systemd.Unit
		unit    string // what its own file holds
		config  string
		reads   []string
		want    []string
	}{
		{"its config changes", running, "new", "old", []string{"/c"}, []string{"change /c 0600", "stop x.service"}},
		{"it does not run", static, "new", "old", []string{"/c"}, []string{"change /c 0600"}},
		{"nothing changes", running, "new", "new", []string{"/c"}, nil},
		{"its own file changes", running, "old", "new", []string{"/c"}, []string{"change /u/x.service 0600", "reload systemd", "stop x.service"}},
		{"that of one that reads nothing changes", running, "old", "new", nil, []string{"change /u/x.service 0600", "reload systemd"}},
		{"another file changes", running, "new", "old", nil, []string{"change /c 0600"}},
	} {
		observed := world(test.service, waiting, test.unit, "new")
		observed.Files = append(observed.Files, regular("/c", test.config))
		desired := pair(Regular)
		desired.System = true
		desired.Units[0].Reads = test.reads
		desired.Files = append(desired.Files, File{Path: "/c", Kind: Regular, Mode: 0o600, Content: []byte("new")})
		p, err := Diff(observed, desired)
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, actions(p), test.want)
	}
}
