package plan

import (
	"slices"
	"strings"
	"testing"
)

// A key goes without being purged only once a token has come without its file, and
// only as it was looked at, and as apply wrote it where nothing had stood.
func TestDiffSpentKey(t *testing.T) {
	t.Parallel()
	ours := Record{Path: "/f", Kind: OfFile, Label: "key", Mode: 0o600, SHA256: []string{Hash([]byte("key"))}, Secret: true}
	theirs, other := ours, ours
	theirs.Was = &Was{Mode: 0o600, SHA256: ours.SHA256[0]}
	other.SHA256 = []string{Hash([]byte("earlier"))}
	spent := SpentKey{Hash: ours.SHA256[0], Has: "Vault", Proved: true}
	unproved, changed := spent, spent
	unproved.Proved, changed.Hash = false, Hash([]byte("earlier"))
	const stays = "the key stays at /f; destroy --purge-key removes it"
	for _, test := range []struct {
		name string
		rec  Record
		key  SpentKey
		plan []string
		note string
	}{
		{"spent", ours, spent, []string{"remove /f"}, ""},
		{"not proved", ours, unproved, nil, "the key stays at /f until a token has come from Vault by the same key; apply removes it then"},
		{"changed since it was looked at", ours, changed, nil, stays},
		{"there before us", theirs, spent, nil, stays},
		{"not as apply wrote it", other, spent, nil, stays},
	} {
		desired := State{UID: 1, Manifest: manifestPath, Spent: map[string]SpentKey{"/f": test.key}}
		p, err := Diff(recordedHost([]File{regular("/f", "key")}, false, test.rec), desired)
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, others(p), test.plan)
		wantLines(t, test.name+": conflicts", conflictsOf(p), nil)
		if got := strings.Join(p.Notes, "\n"); got != test.note {
			t.Errorf("%s: got the note %q, want %q", test.name, got, test.note)
		}
		at := slices.IndexFunc(p.Actions, func(a Action) bool { return a.Op == Remove && a.Target == "/f" })
		if at >= 0 && p.Actions[at].Reason != "key; a token has come from Vault: the file is no longer needed" {
			t.Errorf("%s: the reason is %q", test.name, p.Actions[at].Reason)
		}
	}
}
