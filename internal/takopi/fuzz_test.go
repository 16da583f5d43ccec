package takopi

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzSet holds Set and Unset to their promises for any file: an *Error and no
// bytes, or a result with all the invariants of the corpus.
func FuzzSet(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add(src)
	}
	f.Fuzz(checkFile)
}

// checkFile holds Set to its promises for one file.
func checkFile(t *testing.T, src []byte) {
	before := bytes.Clone(src)
	set, err := Set(src, []byte(wanted), nil)
	if !bytes.Equal(src, before) {
		t.Fatal("Set wrote into its input")
	}
	if err != nil {
		if _, ok := errors.AsType[*Error](err); !ok || set != nil {
			t.Fatalf("Set = %q, %v, want nothing and an *Error", set, err)
		}
		return
	}
	checkInvariants(t, src, set)
}

// lines are what FuzzSetLines makes its files of.
var lines = []string{
	"", " \t", "# a comment", "# [plugins.ghauth]", "a = 1", "  b.c = 2 # two", "x = nan",
	"[plugins.ghauth]", " [ \"plugins\" . 'ghauth' ] ", "[plugins.ghauth] # ours", "[plugins]", "[plugins.other]",
	"[plugins.ghauth.sub]", "[[plugins.ghauth.list]]", "[[plugins.ghauth]]", "[[plugins]]", "[projects.p]", "[[jobs]]",
	"label = \"GitHub\"", "sub.key = { a = [1, {}] }", "\tindented = 1", "\"max_token_age_minutes\" = 55",
	"max_token_age_minutes=7#seven", "run_refresh_with = [ # why", "  \"sudo\",", "]", "run_refresh_with = []",
	"token_env_file = '''", "[plugins.ghauth]'''", "notes = \"\"\"", "# not a comment", "\"\"\"", "token_env_file = \"~\"",
	"token_env_file.path = 1", "[plugins.ghauth.token_env_file]", "refresh_timeout_seconds = 3e1",
	"ghauth.label = 1", " ghauth . 'refresh_script' = 'x'", "ghauth.sub.x = 1", "other.x = 1", "plugins.other = 1",
	"plugins.ghauth.label = 1", "plugins . ghauth.max_token_age_minutes = 1_0", "plugins.ghauth.sub.x = 1",
	"ghauth = {}", "ghauth = { max_token_age_minutes = 1 }", "plugins = { ghauth.label = 1 }", "plugins.ghauth = 1",
	byteOrderMark, "größe = '🐙'",
}

// FuzzSetLines does as FuzzSet for files put together from lines: a byte picks
// each, its highest bit makes the newline CRLF, and an odd tail leaves the
// last one out.
func FuzzSetLines(f *testing.F) {
	f.Add([]byte{7, 4, 6})
	f.Add([]byte{4, 7, 23, 24, 25, 10, 49, 0})
	f.Fuzz(func(t *testing.T, picks []byte) {
		if len(picks) == 0 {
			return
		}
		var src []byte
		for _, pick := range picks[:len(picks)-1] {
			src = append(src, lines[int(pick&0x7f)%len(lines)]...)
			if pick&0x80 != 0 {
				src = append(src, '\r')
			}
			src = append(src, '\n')
		}
		if picks[len(picks)-1]%2 == 1 {
			src = bytes.TrimRight(src, "\r\n")
		}
		checkFile(t, src)
	})
}
