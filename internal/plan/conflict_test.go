package plan

import (
	"strings"
	"testing"
)

// wantReason compares the reason of the action on a path; no action has none.
func wantReason(t *testing.T, what string, p Plan, path, want string) {
	t.Helper()
	got := ""
	for _, a := range p.Actions {
		if a.Target == path {
			got = a.Reason
		}
	}
	if got != want {
		t.Errorf("%s: the reason is %q, want %q", what, got, want)
	}
}

func TestDiffSettlesConflicts(t *testing.T) {
	t.Parallel()
	rec := Record{Path: "/f", Kind: OfFile, Label: "file", Mode: 0o600, SHA256: []string{Hash([]byte("old"))}, Text: "old"}
	observed := recordedHost([]File{regular("/f", "theirs")}, false, rec)
	want := File{Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("new"), Label: "file"}
	for _, test := range []struct {
		name            string
		files           []File
		overwrite, keep []string
		plan            []string
		by              Settlement
		reason          string
	}{
		{"overwritten", []File{want}, []string{"/f"}, nil, []string{"change /f 0600"}, Overwritten, "file; its content differs; the edit that stands there is given up"},
		{"kept", []File{want}, nil, []string{"/f"}, nil, Left, ""},
		{"pruned all the same", nil, []string{"/f"}, nil, []string{"remove /f"}, Overwritten, "file; nothing asks for it any more; the edit that stands there is given up"},
		{"left behind", nil, nil, []string{"/f"}, nil, Left, ""},
	} {
		p, err := Diff(observed, State{UID: 1, Manifest: manifestPath, Files: test.files, Overwrite: test.overwrite, Keep: test.keep})
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, others(p), test.plan)
		wantLines(t, test.name+", conflicts", conflictsOf(p), nil)
		if len(p.Settled) != 1 || p.Settled[0].Path != "/f" || p.Settled[0].By != test.by || !strings.Contains(p.Settled[0].Changed, "+theirs") {
			t.Errorf("%s: settled is %+v, want /f by %s, with its diffs", test.name, p.Settled, test.by)
		}
		wantReason(t, test.name, p, "/f", test.reason)
	}
	// A key is overwritten without a backup: what was there may be a secret, too.
	key := with(want, func(f *File) { f.Secret, f.Privacy = true, Hidden })
	p, err := Diff(recordedHost([]File{regular("/f", "earlier")}, false), State{UID: 1, Manifest: manifestPath, Files: []File{key}, Overwrite: []string{"/f"}})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "key overwritten", others(p), []string{"change /f 0600"})
	wantReason(t, "key overwritten", p, "/f", "file; its content differs; the key that stands there is replaced")

	p, err = Diff(observed, State{UID: 1, Manifest: manifestPath, Files: []File{want}})
	if err != nil || len(p.Conflicts) != 1 {
		t.Fatalf("%d conflicts, %v, want one", len(p.Conflicts), err)
	}
	c := p.Conflicts[0]
	if !strings.Contains(c.Changed, "-old") || !strings.Contains(c.Changed, "+theirs") || !strings.Contains(c.Wants, "-theirs") || !strings.Contains(c.Wants, "+new") {
		t.Errorf("the three ways are\n%s\n%s", c.Changed, c.Wants)
	}
	if err := Apply(t.Context(), Host{}, p, func(Action) { t.Error("something was done") }); err == nil {
		t.Error("a plan with a conflict was carried out")
	}
}

// What an earlier apply has kept is told of, and --overwrite takes it back.
func TestDiffKept(t *testing.T) {
	t.Parallel()
	rec := Record{Path: "/f", Kind: OfFile, Label: "file", Mode: 0o600, SHA256: []string{Hash([]byte("old"))}, Text: "old",
		Kept: &Kept{Hash([]byte("theirs")), Hash([]byte("new"))}}
	observed := recordedHost([]File{regular("/f", "theirs")}, false, rec)
	desired := State{UID: 1, Manifest: manifestPath, Files: []File{{Path: "/f", Kind: Regular, Mode: 0o600, Content: []byte("new"), Label: "file"}}}
	p, err := Diff(observed, desired)
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "kept", p.Kept, []string{"/f"})
	wantLines(t, "kept, plan", others(p), nil)
	desired.Overwrite = []string{"/f"}
	if p, err = Diff(observed, desired); err != nil {
		t.Fatal(err)
	}
	wantLines(t, "taken back", p.Kept, nil)
	wantLines(t, "taken back, plan", others(p), []string{"change /f 0600"})
	if len(p.Settled) != 1 || p.Settled[0].By != Overwritten {
		t.Errorf("taken back: settled is %+v, want /f by %s", p.Settled, Overwritten)
	}
}

// What an app has left under a plain name never becomes another app's unasked, and
// its token goes.
func TestDiffAnotherApp(t *testing.T) {
	t.Parallel()
	env := Record{Path: "/m/app.env", Kind: OfFile, Mode: 0o600, SHA256: []string{Hash([]byte("a"))}, App: "a"}
	token := Record{Path: "/m/token.env", Kind: OfMinted, App: "a", Undo: Revoke}
	observed := recordedHost([]File{regular("/m/app.env", "a"), regular("/m/token.env", "")}, false, env, token)
	desired := State{UID: 1, Manifest: manifestPath, Files: []File{
		{Path: "/m/app.env", Kind: Regular, Mode: 0o600, Content: []byte("b"), App: "b"}, {Path: "/m/token.env", Kind: Minted, App: "b", Undo: Revoke}}}
	p, err := Diff(observed, desired)
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "conflicts", conflictsOf(p), []string{"/m/app.env is of app a and would become that of app b: the first app of the spec owns the plain names"})
	if got, want := p.Conflicts[0].Remedy, "let app a stand first again, or confirm by --rename-apps that the files of apps change their names"; got != want {
		t.Errorf("the remedy is %q, want %q", got, want)
	}
	desired.Overwrite = []string{"/m/app.env"}
	if p, err = Diff(observed, desired); err != nil {
		t.Fatal(err)
	}
	wantLines(t, "confirmed", others(p), []string{"revoke /m/token.env", "change /m/app.env 0600", "remove /m/token.env"})
	wantReason(t, "confirmed", p, "/m/app.env", "its content differs; it becomes app b's, and is no longer app a's")

	key := File{Path: "/m/key", Kind: Regular, From: "/away", Secret: true, App: "b"}
	observed = recordedHost([]File{regular("/m/key", "a")}, false, Record{Path: "/m/key", Kind: OfFile, App: "a", SHA256: []string{Hash([]byte("a"))}})
	_, err = Diff(observed, State{UID: 1, Manifest: manifestPath, Files: []File{key}})
	if err == nil || !strings.Contains(err.Error(), "/away does not exist, and /m/key is app a's, not app b's") {
		t.Errorf("got %v: one app's key must not become another's", err)
	}
}
