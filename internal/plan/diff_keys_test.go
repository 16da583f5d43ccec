package plan

import (
	"maps"
	"slices"
	"testing"
)

// Each row: what /f holds, what the last apply has set, what is asked for; and what
// is told of it.
func TestDiffKeys(t *testing.T) {
	t.Parallel()
	set := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	const changed = " has been changed since the last apply, from "
	for _, test := range []struct {
		name, have string
		set        map[string]string // nil: nothing is known
		keys       []string
		changes    []KeyChange
		reason     string
		ahead      map[string]string
	}{
		{"new", "x=theirs", nil, []string{"a", "b"}, []KeyChange{{"a", "", "1"}, {"b", "", "1"}}, "keys; our keys in it differ", nil},
		{"there before us", "b=1;a=0", nil, []string{"a", "b"}, []KeyChange{{"a", "0", "1"}}, "keys; our keys in it differ", nil},
		{"another spec", "a=0", set("a", "0"), []string{"a"}, []KeyChange{{"a", "0", "1"}}, "keys; our keys in it differ", nil},
		{"changed by hand", "a=5", set("a", "1"), []string{"a"}, []KeyChange{{"a", "5", "1"}}, "keys; our keys in it differ; a" + changed + "1 to 5", set("a", "1")},
		{"changed by hand, and another spec", "a=5", set("a", "0"), []string{"a"}, []KeyChange{{"a", "5", "1"}}, "keys; our keys in it differ; a" + changed + "0 to 5", nil},
		{"taken out by hand", "x=theirs;b=1", set("a", "1", "b", "1"), []string{"b", "a"}, []KeyChange{{"a", "", "1"}}, "keys; our keys in it differ; a" + changed + "1 to none", set("a", "1", "b", "1")},
		{"no longer asked for", "a=1;b=0", set("a", "1", "b", "0"), []string{"a"}, []KeyChange{{"b", "0", ""}}, "keys; our keys in it differ", set("a", "1")},
		{"as asked for", "a=1", set("a", "1"), []string{"a"}, nil, "", nil},
		{"changed to what is asked for", "a=1", set("a", "0"), []string{"a"}, nil, "", nil},
	} {
		var records []Record
		if test.set != nil {
			keys := maps.Clone(test.set)
			for key := range keys {
				keys[key] = ""
			}
			records = append(records, Record{Path: "/f", Kind: OfKeys, Label: "keys", Keys: keys, Set: test.set})
		}
		want := File{Path: "/f", Kind: Regular, NewMode: 0o600, Label: "keys", Edit: setTokens(test.keys, "1"), Keys: test.keys}
		p, err := Diff(recordedHost([]File{regular("/f", test.have)}, false, records...), State{UID: 1, Manifest: manifestPath, Keys: tokenEditor{}, Files: []File{want}})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		wantReason(t, test.name, p, "/f", test.reason)
		for _, a := range p.Actions {
			if a.Target == "/f" && !slices.Equal(a.Keys, test.changes) {
				t.Errorf("%s: the keys are %v, want %v", test.name, a.Keys, test.changes)
			}
		}
		if test.changes == nil {
			continue
		}
		// While the action is under way either value may stand: neither is drift.
		last := p.Actions[len(p.Actions)-1]
		for _, m := range []struct {
			action Action
			set    map[string]string
		}{{p.Actions[0], test.ahead}, {last, valuesOf(test.keys, "1")}} {
			if m.action.Target != manifestPath {
				continue // the manifest says so already
			}
			known, err := parseManifest(manifestPath, m.action.After.Content)
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if got := known.Records[0].Set; !maps.Equal(got, m.set) {
				t.Errorf("%s: the manifest has set %v, want %v", test.name, got, m.set)
			}
		}
	}
}

func valuesOf(keys []string, value string) map[string]string {
	m := map[string]string{}
	for _, key := range keys {
		m[key] = value
	}
	return m
}
