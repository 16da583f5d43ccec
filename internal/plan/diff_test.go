package plan

import (
	"reflect"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// busy is a pair of states that differ in everything.
func busy() (observed, desired State) {
	observed = State{
		Files: []File{
			directory("/d"), directory("/old", "dir", "f"), with(regular("/old/f", ""), func(f *File) { f.Links = 2 }), directory("/old/dir", "g"), regular("/old/dir/g", ""),
			with(regular("/c", "old"), func(f *File) { f.Links = 2 }), regular("/token", ""), {Path: "/odd", Kind: Other},
			with(regular("/theirs", ""), foreign),
		},
		Units: []Unit{
			{Name: "old.service", Path: "/old/f", Unit: systemd.Unit{Load: "loaded", Active: "activating", File: "static"}},
			{Name: "old.timer", Path: "/old/dir/g", Unit: systemd.Unit{Load: "loaded", Active: "active", File: "enabled"}},
			{Name: "b.timer", Path: "/b", Unit: systemd.Unit{Load: "not-found", Active: "inactive"}},
			{Name: "c.timer", Path: "/c", Unit: systemd.Unit{Load: "loaded", Active: "active", File: "enabled"}},
		},
		Linger:     LingerOff,
		NotChecked: []string{"gh: not checked"},
	}
	desired = State{
		UID: 1,
		Files: []File{
			{Path: "/old", Kind: Absent}, {Path: "/old/f", Kind: Absent}, {Path: "/old/dir", Kind: Absent}, {Path: "/old/dir/g", Kind: Absent},
			{Path: "/token", Kind: Absent, Undo: Revoke}, {Path: "/odd", Kind: Absent}, {Path: "/theirs", Kind: Absent},
			{Path: "/b", Kind: Regular, Mode: 0o644, Content: []byte("b")},
			{Path: "/c", Kind: Regular, NewMode: 0o644, Edit: appendLine("new")},
			{Path: "/a", Kind: Directory, NewMode: 0o755}, {Path: "/a/b", Kind: Directory, NewMode: 0o755},
			{Path: "/d", Kind: Directory, Mode: 0o700},
		},
		Units: []Unit{
			{Name: "old.service", Path: "/old/f"}, {Name: "old.timer", Path: "/old/dir/g", Start: true},
			{Name: "b.timer", Path: "/b", Start: true}, {Name: "c.timer", Path: "/c", Start: true},
		},
		Linger: LingerOn,
	}
	return observed, desired
}

func TestDiffOrder(t *testing.T) {
	t.Parallel()
	p, err := Diff(busy())
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "actions", actions(p), []string{
		"stop old.timer", "disable old.timer", "stop old.service",
		"revoke /token",
		"create directory /a 0755", "create directory /a/b 0755", "change mode /d 0700",
		"create /b 0644", "change /c 0600",
		"remove /old/dir/g", "remove /old/dir", "remove /old/f", "remove /token", "remove /old",
		"reload systemd --user",
		"enable /b", "enable linger uid 1", "start b.timer", "restart c.timer",
	})
	wantLines(t, "notes", p.Notes, []string{
		"gh: not checked",
		"/odd stays: it is not what apply put there",
		"/theirs stays: it is not what apply put there",
		"/c has 2 hard links: under its other names the old content stays",
	})
}

func TestDiffIsPure(t *testing.T) {
	t.Parallel()
	observed, desired := busy()
	first, err := Diff(observed, desired)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Diff(observed, desired)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(bare(first.Actions), bare(second.Actions)) || !reflect.DeepEqual(first.Notes, second.Notes) {
		t.Errorf("two plans of the same states differ:\n%q\n%q", actions(first), actions(second))
	}
	o, d := busy()
	if !reflect.DeepEqual(withoutFuncs(observed.Files), withoutFuncs(o.Files)) || !reflect.DeepEqual(observed.Units, o.Units) || !reflect.DeepEqual(observed.NotChecked, o.NotChecked) {
		t.Errorf("Diff wrote into what was observed: %+v", observed)
	}
	if !reflect.DeepEqual(withoutFuncs(desired.Files), withoutFuncs(d.Files)) || !reflect.DeepEqual(desired.Units, d.Units) {
		t.Errorf("Diff wrote into what is desired: %+v", desired)
	}
}

// bare gives actions without their functions, which reflect never takes
// for equal.
func bare(actions []Action) (out []Action) {
	for _, a := range actions {
		a.Before, a.After = withoutFuncs([]File{a.Before})[0], withoutFuncs([]File{a.After})[0]
		out = append(out, a)
	}
	return out
}

func withoutFuncs(files []File) (out []File) {
	for _, f := range files {
		f.Edit, f.Own = nil, nil
		out = append(out, f)
	}
	return out
}

// A directory stays as long as it holds anything that does.
func TestDiffKeepsDirectories(t *testing.T) {
	t.Parallel()
	desired := State{UID: 1, Files: []File{{Path: "/d", Kind: Absent}, {Path: "/d/e", Kind: Absent}, {Path: "/d/e/f", Kind: Absent}}}
	for _, test := range []struct {
		name string
		leaf File
		want []string
	}{
		{"ours", regular("/d/e/f", ""), []string{"remove /d/e/f", "remove /d/e", "remove /d"}},
		{"another's", with(regular("/d/e/f", ""), foreign), nil},
		{"a link", File{Path: "/d/e/f", Kind: Other, UID: 1}, nil},
		{"an empty directory", directory("/d/e/f"), []string{"remove /d/e/f", "remove /d/e", "remove /d"}},
		{"a directory in use", directory("/d/e/f", "x"), nil},
	} {
		observed := State{Files: []File{directory("/d", "e"), directory("/d/e", "f"), test.leaf}}
		p, err := Diff(observed, desired)
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, actions(p), test.want)
	}
	desired.Files[2] = File{Path: "/d/e/f", Kind: Regular, Mode: 0o600}
	p, err := Diff(State{Files: []File{directory("/d", "e"), directory("/d/e", "f"), regular("/d/e/f", "")}}, desired)
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "wanted", actions(p), nil)
}
