package takopi

import (
	"slices"
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
