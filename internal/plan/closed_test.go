package plan

import (
	"errors"
	"io/fs"
	"testing"
)

// What cannot be read gets its mode back, if it is ours, and nothing else happens
// to it; that it cannot be read is Observe's to find.
func TestClosed(t *testing.T) {
	regular := File{Path: "/f", Kind: Regular, Mode: 0o644, Content: []byte("new")}
	edited := File{Path: "/f", Kind: Regular, Edit: appendLine("")}
	const none = fs.ModeIrregular
	for _, tt := range []struct {
		name  string
		want  File
		known RecordKind
		mode  fs.FileMode // of the one action, 0 for a conflict, or none
	}{
		{"a file", regular, OfFile, 0o644},
		{"a stranger's file", regular, "", 0},
		{"a file that others write, too", edited, OfKeys, 0},
		{"what a mint is to replace", File{Path: "/f", Kind: Minted}, "", none},
		{"what a mint has made", File{Path: "/f", Kind: Minted}, OfMinted, 0o600},
	} {
		observed := State{Files: []File{{Path: "/f", Kind: Regular, closed: true, UID: 7}}}
		rec := Record{Path: "/f", Kind: tt.known, SHA256: []string{Hash([]byte("old"))}, Mode: 0o644}
		if tt.known != "" {
			observed.Known.Records = []Record{rec}
		}
		p, err := Diff(observed, State{UID: 7, Files: []File{tt.want}})
		if tt.mode == 0 {
			if c, ok := errors.AsType[*ConflictError](err); !ok || c.Remedy != "run: chmod u+r /f" {
				t.Errorf("%s: %v, want a conflict", tt.name, err)
			}
			continue
		}
		if tt.mode == none {
			if err != nil || !p.Empty() {
				t.Errorf("%s: %+v, %v, want it left", tt.name, p.Actions, err)
			}
			continue
		}
		if err != nil || len(p.Actions) != 1 || p.Actions[0].Op != Chmod || p.Actions[0].After.Mode != tt.mode {
			t.Errorf("%s: %+v, %v, want its mode to be %s", tt.name, p.Actions, err, tt.mode)
		}
	}
}
