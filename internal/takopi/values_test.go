package takopi

import (
	"maps"
	"testing"
)

func TestValues(t *testing.T) {
	const src = "bot_token = \"123:abc\"\n[plugins.ghauth]\na = '~/<\\x>' # mine\nb = [\n  \"one\", # first\n  'two',\n]\n" +
		"c = 0x10\nd = nan\ne = 2026-01-02\nf = \"\"\"\nx\ny\"\"\"\n"
	want := map[string]string{"a": `"~/<\\x>"`, "b": `["one","two"]`, "c": "16", "d": `"NaN"`, "e": `"2026-01-02"`, "f": `"x\ny"`}
	for _, text := range []string{src, "\ufeff" + src} {
		got, err := Values([]byte(text), []string{"a", "b", "c", "d", "e", "f", "g", "bot_token"})
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if got, err := Values(nil, []string{"a"}); err != nil || len(got) != 0 {
		t.Errorf("of nothing: got %q, %v, want nothing", got, err)
	}
	if _, err := Values([]byte("[plugins"), []string{"a"}); err == nil {
		t.Error("what is no TOML was read")
	}
}
