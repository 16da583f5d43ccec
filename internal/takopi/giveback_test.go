package takopi

import (
	"bytes"
	"path/filepath"
	"testing"
)

// What Set has changed comes back byte for byte, in every file of the corpus, and
// so it does after a second Set of other values.
func TestGiveBack(t *testing.T) {
	given := 0
	for path, src := range corpus(t) {
		set, err := Set(src, []byte(wanted), nil)
		if err != nil {
			continue // refused: nothing was set
		}
		earlier, err := Earlier(src, ourKeys)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		again, err := Set(set, []byte("[plugins.ghauth]\nmax_token_age_minutes = 1\nrun_refresh_with = [\"sudo\"]\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, now := range [][]byte{set, again} {
			got, err := GiveBack(now, earlier)
			if err != nil || !bytes.Equal(got, src) {
				t.Errorf("%s: %v, got\n%s\nwant\n%s", filepath.Base(path), err, got, src)
			}
		}
		for _, text := range earlier {
			if text != "" {
				given++
			}
		}
	}
	if given < 10 {
		t.Errorf("%d earlier values came back, want at least 10", given)
	}
}

func TestEarlierRefuses(t *testing.T) {
	_, err := Earlier([]byte("[plugins.ghauth.run_refresh_with]\nx = 1\n"), ourKeys)
	if err == nil {
		t.Error("a key that is a table of its own has no text to keep")
	}
	if _, err := GiveBack([]byte("["), map[string]string{"run_refresh_with": ""}); err == nil {
		t.Error("what is no TOML is not edited")
	}
}
