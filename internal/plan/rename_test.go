package plan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// appsIn is the state of a host with these apps, whose keys have been imported from
// where there is nothing any more.
func appsIn(dir string, names ...string) State {
	s := State{UID: os.Getuid(), Manifest: filepath.Join(dir, ManifestName), Rename: true}
	for i, name := range names {
		stem := filepath.Join(dir, "app")
		if i > 0 {
			stem += "-" + name
		}
		s.Files = append(s.Files,
			File{Path: stem + ".pem", Kind: Regular, Mode: 0o600, From: "/nowhere/" + name, Privacy: Hidden, Secret: true, App: name, Label: "key of " + name},
			File{Path: stem + ".env", Kind: Regular, Mode: 0o600, Content: []byte("name=" + name), App: name})
	}
	return s
}

// imported gives a directory in which the keys of the apps have been imported.
func imported(t *testing.T, names ...string) string {
	t.Helper()
	dir, sources := t.TempDir(), t.TempDir()
	s := appsIn(dir, names...)
	for i := range s.Files {
		if f := &s.Files[i]; f.Secret {
			f.From = filepath.Join(sources, f.App)
			write(t, f.From, f.App, 0o600)
		}
	}
	_, p := replan(t, s)
	apply(t, p)
	return dir
}

// Apps that change places keep their keys, wherever an apply is killed on the way.
func TestAppsChangePlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ from, to []string }{
		{[]string{"a", "b"}, []string{"b", "a"}},
		{[]string{"a", "b", "c"}, []string{"c", "a", "b"}},
		{[]string{"a", "b", "c"}, []string{"a", "c", "b"}},
	} {
		dir := imported(t, test.from...)
		start := save(t, dir)
		desired := appsIn(dir, test.to...)
		for k, done := 1, 1; done == k; k++ {
			restore(t, dir, start)
			_, p := replan(t, desired)
			ctx, cancel := context.WithCancel(t.Context())
			done = 0
			Apply(ctx, Host{}, p, func(Action) {
				wantAllKeys(t, dir, test.from)
				if done++; done == k {
					cancel()
				}
			})
			cancel()
			again := desired
			again.Rename = false // that has been said
			_, p = replan(t, again)
			apply(t, p)
			wantApps(t, dir, again)
			if t.Failed() {
				t.Fatalf("%v to %v, stopped after %d actions", test.from, test.to, k)
			}
		}
	}
}

// wantApps fails unless each app has its own files, and there is no other key.
func wantApps(t *testing.T, dir string, desired State) {
	t.Helper()
	keys := 0
	for _, f := range desired.Files {
		if f.Secret {
			wantFile(t, f.Path, f.App, 0o600)
			keys++
		} else {
			wantFile(t, f.Path, "name="+f.App, 0o600)
		}
	}
	if got, _ := filepath.Glob(dir + "/*.pem"); len(got) != keys {
		t.Errorf("the keys are %v, want %d", got, keys)
	}
	if _, p := replan(t, desired); !p.Empty() {
		t.Errorf("left are %v", actions(p))
	}
}

// wantAllKeys fails if a key has no copy.
func wantAllKeys(t *testing.T, dir string, names []string) {
	t.Helper()
	var have []string
	for _, f := range save(t, dir) {
		have = append(have, f.text)
	}
	for _, name := range names {
		if !slices.Contains(have, name) {
			t.Errorf("the key of %s is lost", name)
		}
	}
}

// Unconfirmed, or for a key that has no other place, nothing is done.
func TestAppsStayInPlace(t *testing.T) {
	t.Parallel()
	dir := imported(t, "a", "b")
	pem := filepath.Join(dir, "app.pem")
	lost := pem + " is the one copy of the key of app a, which the spec no longer has, and would become that of app b"
	hands := filepath.Join(dir, "app.env") + " is of app a and would become that of app b: the first app of the spec owns the plain names"
	for _, test := range []struct {
		names     []string
		rename    bool
		overwrite string
		conflicts []string
	}{
		{[]string{"b", "a"}, true, "", nil},
		{[]string{"b", "a"}, false, "", []string{hands}},
		{[]string{"b"}, true, "", []string{lost}},
		{[]string{"b"}, true, pem, nil},
		{[]string{"a"}, false, "", nil},
	} {
		desired := appsIn(dir, test.names...)
		desired.Rename, desired.Overwrite = test.rename, []string{test.overwrite}
		_, p := replan(t, desired)
		wantLines(t, fmt.Sprintf("%v, confirmed %t", test.names, test.rename), conflictsOf(p), test.conflicts)
		for _, c := range p.Settled {
			if want := map[string]Settlement{pem: Overwritten}[c.Path]; c.By != want && c.By != Renamed {
				t.Errorf("%s is settled by %q", c.Path, c.By)
			}
		}
	}
	// An edit is not given up for a new name.
	write(t, filepath.Join(dir, "app.env"), "edited", 0o600)
	_, p := replan(t, appsIn(dir, "b", "a"))
	wantLines(t, "edited", conflictsOf(p), []string{hands})
}

// Without a manifest the file itself says whose it is. Nothing but --overwrite has
// it change hands then: nobody knows which key is whose.
func TestDiffAppInTheFile(t *testing.T) {
	t.Parallel()
	want := File{Path: "/m/app.env", Kind: Regular, Mode: 0o600, Content: []byte("b"), App: "b", AppIn: func(content []byte) string { return string(content) }}
	for _, test := range []struct {
		have      string
		overwrite string
		conflicts []string
	}{
		{"a", "", []string{"/m/app.env is of app a and would become that of app b: the first app of the spec owns the plain names"}},
		{"a", "/m/app.env", nil},
		{"b", "", nil},
		{"", "", nil},
	} {
		desired := State{UID: 1, Manifest: manifestPath, Rename: true, Overwrite: []string{test.overwrite}, Files: []File{want}}
		p, err := Diff(recordedHost([]File{regular("/m/app.env", test.have)}, false), desired)
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, "of "+test.have, conflictsOf(p), test.conflicts)
		for _, c := range p.Conflicts {
			if want := "let app a stand first, and apply: there is no manifest that says which key is whose"; c.Remedy != want {
				t.Errorf("the remedy is %q, want %q", c.Remedy, want)
			}
		}
	}
}

// Which key is whose is taken from the manifest, where that is sure of it.
func TestDiffFindsKeys(t *testing.T) {
	t.Parallel()
	hash := func(s string) string { return Hash([]byte(s)) }
	of := func(path, app string, hashes ...string) Record {
		return Record{Path: path, Kind: OfFile, Mode: 0o600, Secret: true, App: app, Label: "key of " + app, SHA256: hashes}
	}
	want := File{Path: "/m/y", Kind: Regular, Mode: 0o600, From: "/nowhere", Privacy: Hidden, Secret: true, App: "b", Label: "key of b"}
	const none = "/nowhere does not exist, and neither does /m/y, so there is no key of b"
	for _, test := range []struct {
		name string
		have []File
		rec  []Record
		plan []string
		err  string
	}{
		{"elsewhere", []File{regular("/m/x", "b")}, []Record{of("/m/x", "b", hash("b"))}, []string{"create /m/y 0600", "remove /m/x"}, ""},
		{"of one or of another", []File{regular("/m/x", "a")}, []Record{of("/m/x", "b", hash("a"), hash("b"))}, nil, none},
		{"elsewhere, and imported again", []File{regular("/m/x", "b"), source(regular("/nowhere", "b"))}, []Record{of("/m/x", "b", hash("b"))}, []string{"create /m/y 0600", "remove /m/x"}, ""},
		{"elsewhere, and another imported", []File{regular("/m/x", "old"), source(regular("/nowhere", "b"))}, []Record{of("/m/x", "b", hash("old"))}, []string{"create /m/y 0600"}, ""},
		{"of another", []File{regular("/m/x", "a")}, []Record{of("/m/x", "a", hash("a"))}, nil, none},
		{"of another user", []File{with(regular("/m/x", "b"), foreign)}, []Record{of("/m/x", "b", hash("b"))}, nil, none},
		{"known by its hash", []File{regular("/m/x", "b")}, []Record{of("/m/x", "a", hash("a"), hash("b")), of("/m/y", "b", hash("b"))}, []string{"create /m/y 0600", "remove /m/x"}, ""},
		{"in place already", []File{regular("/m/x", "a"), regular("/m/y", "b")}, []Record{of("/m/x", "a", hash("a")), of("/m/y", "b", hash("a"), hash("b"))}, nil, ""},
		{"in place, and a copy elsewhere", []File{regular("/m/x", "b"), regular("/m/y", "b")}, []Record{of("/m/x", "b", hash("b")), of("/m/y", "b", hash("b"))}, nil, ""},
	} {
		p, err := Diff(recordedHost(test.have, false, test.rec...), State{UID: 1, Manifest: manifestPath, Files: []File{want}})
		if (err != nil || test.err != "") && fmt.Sprint(err) != test.err {
			t.Errorf("%s: got %v, want %s", test.name, err, test.err)
		}
		wantLines(t, test.name, others(p), test.plan)
	}
}
