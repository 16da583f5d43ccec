package takopi

import (
	"slices"
	"strings"
	"testing"
)

// TestChanged: what is kept against the receipt is told.
func TestChanged(t *testing.T) {
	e, err := ReadEnvironment(newEnvironment(t, `requirements = [{ name = "takopi" }, { name = "a", specifier = "==1" }, { name = "b", specifier = "==1" }, { name = "c", specifier = "==1" }]`,
		map[string]string{"takopi-1": "", "a-2": "", "c-1.0": ""}))
	want := []string{
		"a is 2 in Takopi's environment, where uv's receipt has 1: it stays so",
		"b is not in Takopi's environment any more, where uv's receipt has 1: it stays out",
	}
	if got := e.Changed(); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
}

// TestWithIsNotPinned: what comes with the wheel has the version that the wheel asks for,
// whether uv's receipt knows of it or not.
func TestWithIsNotPinned(t *testing.T) {
	for receipt, want := range map[string]string{
		`requirements = [{ name = "takopi" }]`:                                                      "takopi|--with|b==1|--with|p-b",
		`requirements = [{ name = "takopi" }, { name = "p-b", extras = ["x"], specifier = "==1" }]`: "takopi|--with|p-b[x]|--with|b==1",
		`requirements = [{ name = "takopi" }, { name = "p-b", specifier = "==2" }]`:                 "takopi|--with|p-b|--with|b==1",
		`requirements = [{ name = "takopi" }, { name = "p-b", specifier = "<2" }]`:                  "takopi|--with|p-b<2|--with|b==1",
	} {
		e, err := ReadEnvironment(newEnvironment(t, receipt, map[string]string{"takopi-1": "", "p_b-1": "", "b-1": ""}))
		if err != nil {
			t.Fatal(err)
		}
		words, err := e.Command("/w.whl", "P_B[y]>=2", "other")
		if got := strings.Join(words, "|"); err != nil || got != "tool|install|"+want+"|--reinstall-package|takopi-ghauth|--with|takopi-ghauth @ file:///w.whl" {
			t.Errorf("%s: %v\n got %s\nwant %s", receipt, err, got, want)
		}
		if notes := e.Changed("p-b"); notes != nil {
			t.Errorf("%s: %q", receipt, notes)
		}
	}
}
