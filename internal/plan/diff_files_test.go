package plan

import (
	"errors"
	"slices"
	"testing"
)

// regular is an observed file of uid 1.
func regular(path, content string) File {
	return File{Path: path, Kind: Regular, Mode: 0o600, UID: 1, Hash: Hash([]byte(content)), Content: []byte(content), Links: 1}
}

func directory(path string, names ...string) File {
	return File{Path: path, Kind: Directory, Mode: 0o755, UID: 1, Names: names}
}

func with(f File, change func(*File)) File {
	change(&f)
	return f
}

// source is a file as Observe gives what is to be copied.
func source(f File) File {
	f.source = true
	return f
}

var (
	errEdit = errors.New("line 3 is not for us")

	shared  = func(f *File) { f.Mode = 0o644 }
	foreign = func(f *File) { f.UID = 0 }
	linked  = func(f *File) { f.link, f.real = true, "/real" }
	lost    = func([]byte) ([]byte, error) { return nil, nil }
	same    = func(before []byte) ([]byte, error) { return before, nil }
	refused = func([]byte) ([]byte, error) { return nil, errEdit }
)

// Each row compares what stands at /f and around it with what is to be at /f.
func TestDiffFile(t *testing.T) {
	t.Parallel()
	content := File{Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("new")}
	edited := func(edit func([]byte) ([]byte, error)) File {
		return File{Path: "/f", Kind: Regular, NewMode: 0o640, Edit: edit}
	}
	copied := File{Path: "/f", Kind: Regular, Mode: 0o600, From: "/key"}
	dir := File{Path: "/f", Kind: Directory, NewMode: 0o755}
	keyDir := with(dir, func(f *File) { f.Mode = 0o700 })
	for _, test := range []struct {
		name string
		have []File
		want File
		plan []string
	}{
		{"create", nil, content, []string{"create /f 0600"}},
		{"change", []File{regular("/f", "old")}, content, []string{"change /f 0600"}},
		{"nothing", []File{regular("/f", "new")}, content, nil},
		{"mode only", []File{with(regular("/f", "new"), shared)}, content, []string{"change mode /f 0600"}},
		{"mode and content", []File{with(regular("/f", "old"), shared)}, content, []string{"change /f 0600"}},

		{"edit makes", nil, edited(appendLine("new")), []string{"create /f 0640"}},
		{"edit makes nothing", nil, edited(lost), nil},
		{"edit adds", []File{with(regular("/f", "old"), shared)}, edited(appendLine("new")), []string{"change /f 0644"}},
		{"edit adds to an empty file", []File{regular("/f", "")}, edited(appendLine("new")), []string{"change /f 0600"}},
		{"edit gives the same", []File{with(regular("/f", "old"), shared)}, edited(same), nil},
		{"edit gives nothing", []File{regular("/f", "old")}, edited(lost), []string{"remove /f"}},
		{"edit empties what is behind a link", []File{with(regular("/f", "old"), linked)}, edited(lost), []string{"change /f 0600"}},
		{"edit has emptied it", []File{with(regular("/f", ""), linked)}, edited(lost), nil},

		{"source is new", []File{source(regular("/key", "k"))}, copied, []string{"create /f 0600"}},
		{"source differs", []File{regular("/f", "old"), source(regular("/key", "k"))}, copied, []string{"change /f 0600"}},
		{"source was copied", []File{regular("/f", "k"), source(regular("/key", "k"))}, copied, nil},
		{"source is gone", []File{regular("/f", "k")}, copied, nil},
		{"source is gone, mode differs", []File{with(regular("/f", "k"), shared)}, copied, []string{"change mode /f 0600"}},
		{"source of another's", []File{with(source(regular("/key", "k")), foreign)}, copied, []string{"create /f 0600"}},

		{"make directory", nil, dir, []string{"create directory /f 0755"}},
		{"make key directory", nil, keyDir, []string{"create directory /f 0700"}},
		{"directory stands", []File{with(directory("/f"), foreign)}, dir, nil},
		{"key directory is loose", []File{directory("/f")}, keyDir, []string{"change mode /f 0700"}},

		{"remove", []File{regular("/f", "old")}, File{Path: "/f", Kind: Absent}, []string{"remove /f"}},
		{"remove what is gone", nil, File{Path: "/f", Kind: Absent}, nil},
		{"remove a link", []File{{Path: "/f", Kind: Other, UID: 1}}, File{Path: "/f", Kind: Absent}, nil},
		{"remove another's", []File{with(regular("/f", "old"), foreign)}, File{Path: "/f", Kind: Absent}, nil},
		{"remove a directory", []File{directory("/f")}, File{Path: "/f", Kind: Absent}, []string{"remove /f"}},
		{"remove a directory in use", []File{directory("/f", "x")}, File{Path: "/f", Kind: Absent}, nil},
		{"revoke and remove", []File{regular("/f", "")}, File{Path: "/f", Kind: Absent, Undo: Revoke}, []string{"revoke /f", "remove /f"}},
		{"revoke nothing", nil, File{Path: "/f", Kind: Absent, Undo: Revoke}, nil},
	} {
		p, err := Diff(State{Files: test.have}, State{UID: 1, Files: []File{test.want}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		wantLines(t, test.name, actions(p), test.plan)
	}
}

// An Edit can tell an empty file from none.
func TestDiffGivesEditsTheContent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		have []File
		want []byte
	}{
		{nil, nil},
		{[]File{regular("/f", "")}, []byte{}},
		{[]File{regular("/f", "old")}, []byte("old")},
	} {
		got := []byte("not called")
		edit := func(before []byte) ([]byte, error) { got = before; return before, nil }
		if _, err := Diff(State{Files: test.have}, State{UID: 1, Files: []File{{Path: "/f", Kind: Regular, Edit: edit}}}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, test.want) || (got == nil) != (test.want == nil) {
			t.Errorf("Edit got %#v, want %#v", got, test.want)
		}
	}
}

func TestDiffConflicts(t *testing.T) {
	t.Parallel()
	plain := File{Path: "/f", Kind: Regular, Content: []byte("x")}
	edited := File{Path: "/f", Kind: Regular, Edit: same}
	copied := File{Path: "/f", Kind: Regular, From: "/key", Label: "key"}
	dir := File{Path: "/f", Kind: Directory, NewMode: 0o755}
	other := File{Path: "/f", Kind: Other}
	for _, test := range []struct {
		name string
		have []File
		want File
		err  string
	}{
		{"a directory for a file", []File{directory("/f")}, plain, "/f is not a regular file"},
		{"a FIFO for a file", []File{other}, plain, "/f is not a regular file"},
		{"a link for a file", []File{with(other, func(f *File) { f.Target = "/elsewhere" })}, plain, "/f is a link to /elsewhere"},
		{"a FIFO for an edited file", []File{other}, edited, "/f is not a regular file"},
		{"another's file", []File{with(regular("/f", "y"), foreign)}, plain, "/f belongs to uid 0, not to 1"},
		{"another's edited file", []File{with(regular("/f", "y"), foreign)}, edited, "/f belongs to uid 0, not to 1"},
		{"a file for a directory", []File{regular("/f", "")}, dir, "/f is not a directory"},
		{"a link that leads nowhere for a directory", []File{with(other, func(f *File) { f.Target = "/nowhere" })}, dir, "/f is a link to /nowhere, where nothing is"},
		{"a FIFO for a directory", []File{other}, dir, "/f is not a directory"},
		{"another's key directory", []File{with(directory("/f"), foreign)}, with(dir, func(f *File) { f.Mode = 0o700 }), "/f belongs to uid 0, not to 1"},
		{"no source", nil, copied, "/key does not exist, and neither does /f, so there is no key"},
		{"a FIFO for a source", []File{source(File{Path: "/key", Kind: Other})}, copied, "/key is not a regular file"},
		{"a directory for a source", []File{source(directory("/key"))}, copied, "/key is not a regular file"},
	} {
		p, err := Diff(State{Files: test.have}, State{UID: 1, Files: []File{test.want}})
		c, ok := errors.AsType[*ConflictError](err)
		if !ok || c.Error() != test.err || c.Remedy == "" || !p.Empty() {
			t.Errorf("%s: got %v and %v, want %s, with a remedy and no plan", test.name, err, p, test.err)
		}
	}
	if _, err := Diff(State{}, State{Files: []File{with(edited, func(f *File) { f.Edit = refused })}}); err != errEdit {
		t.Errorf("got %v, want what Edit said", err)
	}
}
