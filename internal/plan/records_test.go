package plan

import (
	"slices"
	"strings"
	"testing"
)

const (
	manifestPath = "/m/" + ManifestName
	backupOf     = "/m/backup/"
)

// recordedHost is a host whose manifest has the records, the file of which holds what
// they give.
func recordedHost(have []File, linger bool, records ...Record) State {
	s := State{Files: have, Known: Manifest{Version: 1, Linger: linger, Records: records}}
	byPath := map[string]Record{}
	for _, r := range records {
		byPath[r.Path] = r
	}
	if len(records) > 0 {
		s.Files = append(slices.Clone(have), regular(manifestPath, string(encode(byPath, linger))))
	}
	return s
}

// others leaves the actions on the manifest out.
func others(p Plan) (lines []string) {
	for _, line := range actions(p) {
		if !strings.Contains(line, manifestPath) {
			lines = append(lines, line)
		}
	}
	return lines
}

func conflictsOf(p Plan) (lines []string) {
	for _, c := range p.Conflicts {
		lines = append(lines, c.Error())
	}
	return lines
}

// Each row: what stands at /f, what the manifest knows of it, and what is to be
// there; an empty want prunes it.
func TestDiffRecords(t *testing.T) {
	t.Parallel()
	hash := func(s string) string { return Hash([]byte(s)) }
	of := func(content string, changes ...func(*Record)) Record {
		r := Record{Path: "/f", Kind: OfFile, Label: "file", Mode: 0o600, SHA256: []string{hash(content)}}
		for _, change := range changes {
			change(&r)
		}
		return r
	}
	was := func(content, backup string) func(*Record) {
		return func(r *Record) {
			r.Was = &Was{Mode: 0o640, SHA256: hash(content)}
			if backup != "" {
				r.Was.Backup = backupOf + hash(backup)
			}
		}
	}
	pending := func(content string) func(*Record) {
		return func(r *Record) { r.SHA256 = append(r.SHA256, hash(content)) }
	}
	kept := func(theirs, wanted string) func(*Record) {
		return func(r *Record) { r.Kept = &Kept{hash(theirs), hash(wanted)} }
	}
	secret := func(r *Record) { r.Secret = true }
	want := File{Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("new"), Label: "file"}
	key := with(want, func(f *File) { f.Secret, f.Privacy = true, Hidden })
	backup := regular(backupOf+hash("earlier"), "earlier")
	const (
		mkBackup = "create directory /m/backup 0700"
		changed  = "/f has been changed since apply wrote it"
	)
	for _, test := range []struct {
		name      string
		have      []File
		rec       []Record
		want      File
		plan      []string
		conflicts []string
	}{
		{"new", nil, nil, want, []string{"create /f 0600"}, nil},
		{"lost", nil, []Record{of("old")}, want, []string{"create /f 0600"}, nil},
		{"as wanted", []File{regular("/f", "new")}, []Record{of("new")}, want, nil, nil},
		{"ours", []File{regular("/f", "old")}, []Record{of("old")}, want, []string{"change /f 0600"}, nil},
		{"found by an apply that was killed", []File{regular("/f", "old")}, []Record{of("new", pending("old"))}, want, []string{"change /f 0600"}, nil},
		{"loose", []File{with(regular("/f", "new"), shared)}, []Record{of("new")}, want, []string{"change mode /f 0600"}, nil},
		{"changed to what is wanted", []File{regular("/f", "new")}, []Record{of("old")}, want, nil, nil},
		{"changed", []File{regular("/f", "theirs")}, []Record{of("old")}, want, nil, []string{changed}},
		{"changed, and the same wanted", []File{regular("/f", "theirs")}, []Record{of("new")}, want, nil, []string{changed}},
		{"kept", []File{regular("/f", "theirs")}, []Record{of("old", kept("theirs", "new"))}, want, nil, nil},
		{"kept, loose", []File{with(regular("/f", "theirs"), shared)}, []Record{of("old", kept("theirs", "new"))}, want, []string{"change mode /f 0600"}, nil},
		{"kept, and changed again", []File{regular("/f", "more")}, []Record{of("old", kept("theirs", "new"))}, want, nil, []string{changed}},
		{"kept, and something else wanted", []File{regular("/f", "theirs")}, []Record{of("old", kept("theirs", "newer"))}, want, nil, []string{changed}},

		{"there before us", []File{regular("/f", "earlier")}, nil, want, []string{mkBackup, "create " + backup.Path + " 0600", "change /f 0600"}, nil},
		{"there before us, and the same", []File{regular("/f", "new")}, nil, want, nil, nil},
		{"backed up already", []File{regular("/f", "old"), directory("/m/backup"), backup}, []Record{of("old", was("earlier", "earlier")), backupDirRecord}, want, []string{"change mode /m/backup 0700", "change /f 0600"}, nil},
		{"adopted, and now another", []File{regular("/f", "earlier")}, []Record{of("earlier", was("earlier", ""))}, want, []string{mkBackup, "create " + backup.Path + " 0600", "change /f 0600"}, nil},

		{"key there before us", []File{regular("/f", "earlier")}, nil, key, nil, []string{"/f is not the key that the spec names, and stood there before"}},
		{"key adopted, and now another", []File{regular("/f", "earlier")}, []Record{of("earlier", was("earlier", ""), secret)}, key, nil, []string{"/f is not the key that the spec names, and stood there before"}},
		{"key of ours", []File{regular("/f", "old")}, []Record{of("old", secret)}, key, []string{"change /f 0600"}, nil},

		{"pruned", []File{regular("/f", "old")}, []Record{of("old")}, File{}, []string{"remove /f"}, nil},
		{"pruned, gone", nil, []Record{of("old")}, File{}, nil, nil},
		{"pruned, changed", []File{regular("/f", "theirs")}, []Record{of("old")}, File{}, nil, []string{changed + ", and is to go"}},
		{"pruned, kept against another", []File{regular("/f", "theirs")}, []Record{of("old", kept("theirs", "new"))}, File{}, nil, []string{changed + ", and is to go"}},
		{"pruned, another's", []File{with(regular("/f", "old"), foreign)}, []Record{of("old")}, File{}, nil, nil},
		{"pruned, adopted", []File{regular("/f", "earlier")}, []Record{of("earlier", was("earlier", ""))}, File{}, []string{"change mode /f 0640"}, nil},
		{"given back", []File{regular("/f", "old"), backup}, []Record{of("old", was("earlier", "earlier"))}, File{}, []string{"change /f 0640", "remove " + backup.Path}, nil},
		{"given back, lost", []File{backup}, []Record{of("old", was("earlier", "earlier"))}, File{}, []string{"create /f 0640", "remove " + backup.Path}, nil},
		{"pruned key", []File{regular("/f", "old")}, []Record{of("old", secret)}, File{}, nil, nil},
	} {
		desired := State{UID: 1, Manifest: manifestPath}
		if test.want.Path != "" {
			desired.Files = []File{test.want}
		}
		p, err := Diff(recordedHost(test.have, false, test.rec...), desired)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		wantLines(t, test.name, others(p), test.plan)
		wantLines(t, test.name+", conflicts", conflictsOf(p), test.conflicts)
	}
}

var backupDirRecord = Record{Path: "/m/backup", Kind: OfDirectory, Label: "earlier files", Mode: 0o700}

// A backup that is gone cannot be given back: that is said, and nothing is done.
func TestDiffLostBackup(t *testing.T) {
	t.Parallel()
	rec := Record{Path: "/f", Kind: OfFile, SHA256: []string{Hash([]byte("old"))}, Was: &Was{Mode: 0o600, SHA256: Hash([]byte("x")), Backup: "/m/backup/x"}}
	for _, have := range [][]File{{regular("/f", "old")}, {regular("/f", "old"), regular("/m/backup/x", "another")}} {
		_, err := Diff(recordedHost(have, false, rec), State{UID: 1, Manifest: manifestPath})
		if err == nil || !strings.Contains(err.Error(), "/f cannot be given back: its backup /m/backup/x is gone") {
			t.Errorf("got %v, want that the backup is gone", err)
		}
	}
}

// The manifest is written before everything else and behind it, and with the
// directories that lead to it at once.
func TestDiffWritesTheManifest(t *testing.T) {
	t.Parallel()
	desired := State{UID: 1, Manifest: manifestPath, Files: []File{
		{Path: "/a", Kind: Directory, NewMode: 0o755}, {Path: "/m", Kind: Directory, Mode: 0o700},
		{Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("new")}}}
	p, err := Diff(State{Files: []File{regular("/f", "old")}}, desired)
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "actions", actions(p), []string{
		"create directory /m 0700", "create " + manifestPath + " 0600", "create directory /a 0755", "create directory /m/backup 0700",
		"create " + backupOf + Hash([]byte("old")) + " 0600", "change /f 0600", "change " + manifestPath + " 0600"})
	wantLines(t, "founding", actions(p.Head()), actions(p)[:2])
	ahead, err := parseManifest(manifestPath, p.Actions[1].After.Content)
	if err != nil {
		t.Fatal(err)
	}
	after, err := parseManifest(manifestPath, p.Actions[6].After.Content)
	if err != nil {
		t.Fatal(err)
	}
	at := func(m Manifest) []string {
		return m.Records[slices.IndexFunc(m.Records, func(r Record) bool { return r.Path == "/f" })].SHA256
	}
	wantLines(t, "ahead", at(ahead), []string{Hash([]byte("old")), Hash([]byte("new"))})
	wantLines(t, "after", at(after), []string{Hash([]byte("new"))})
}
