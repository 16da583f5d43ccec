package plan

import "testing"

// Each row: what stands at /f, what is known of it, what is to be there; and why the
// one becomes the other.
func TestDiffReasons(t *testing.T) {
	t.Parallel()
	ours := Record{Path: "/f", Kind: OfFile, Label: "file", Mode: 0o600, SHA256: []string{Hash([]byte("old"))}}
	earlier := with(regular("/m/backup/x", "earlier"), func(f *File) { f.Mode = 0o600 })
	given := ours
	given.Was = &Was{Mode: 0o640, SHA256: earlier.Hash, Backup: earlier.Path}
	keyDir := Record{Path: "/f", Kind: OfDirectory, Label: "directory", Mode: 0o755, Was: &Was{Mode: 0o750}}
	file := File{Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("new"), Label: "file"}
	copied := File{Path: "/f", Kind: Regular, Mode: 0o600, From: "/key", Label: "key"}
	edited := File{Path: "/f", Kind: Regular, NewMode: 0o600, Label: "keys", Edit: setTokens([]string{"k"}, "ours"), Keys: []string{"k"}}
	for _, test := range []struct {
		name   string
		have   []File
		rec    []Record
		want   File
		reason string
	}{
		{"no directory", nil, nil, File{Path: "/f", Kind: Directory, NewMode: 0o755}, "it is missing"},
		{"no file", nil, nil, file, "file; it is missing"},
		{"no link", nil, nil, File{Path: "/f", Kind: Link, Target: "/u", Label: "link"}, "link; it is missing"},
		{"no edited file", nil, nil, edited, "keys; it is missing"},
		{"another content", []File{regular("/f", "old")}, []Record{ours}, file, "file; its content differs"},
		{"another key", []File{regular("/f", "old"), source(regular("/key", "k"))}, []Record{ours}, copied, "key; it differs from /key"},
		{"other values", []File{regular("/f", "k=0")}, nil, edited, "keys; our keys in it differ"},
		{"loose", []File{with(regular("/f", "new"), shared)}, []Record{ours}, file, "file; the mode is 0644, not 0600"},
		{"pruned", []File{regular("/f", "old")}, []Record{ours}, File{}, "file; nothing asks for it any more"},
		{"given back", []File{regular("/f", "old"), earlier}, []Record{given}, File{}, "what stood here before; apply's own is no longer asked for"},
		{"reopened", []File{directory("/f")}, []Record{keyDir}, File{}, "directory; it was 0750 before the first apply"},
		{"left over", []File{with(regular("/f", ""), func(f *File) { f.leftover = true })}, nil, File{}, "an apply that was killed has left it"},
	} {
		desired := State{UID: 1, Manifest: manifestPath, Keys: tokenEditor{}}
		if test.want.Path != "" {
			desired.Files = []File{test.want}
		}
		p, err := Diff(recordedHost(test.have, false, test.rec...), desired)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		wantReason(t, test.name, p, "/f", test.reason)
	}
}

// The manifest is written twice, and each time for another reason.
func TestDiffReasonsOfTheManifest(t *testing.T) {
	t.Parallel()
	desired := State{UID: 1, Manifest: manifestPath, Files: []File{{Path: "/f", Kind: Regular, Mode: 0o600}}}
	gone := Record{Path: "/g", Kind: OfFile, SHA256: []string{Hash([]byte("old"))}}
	p, err := Diff(recordedHost([]File{regular("/g", "old")}, false, gone), desired)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range p.Actions {
		if a.Target == manifestPath {
			got = append(got, a.Reason)
		}
	}
	wantLines(t, "reasons", got, []string{"what apply made; beforehand it says what will be ours", "what apply made; at the end it says what is ours"})
}

// No action is without a reason.
func TestDiffGivesReasons(t *testing.T) {
	t.Parallel()
	p, err := Diff(busy())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range p.Actions {
		if a.Reason == "" {
			t.Errorf("%s %s has no reason", a.Op, a.Target)
		}
	}
}
