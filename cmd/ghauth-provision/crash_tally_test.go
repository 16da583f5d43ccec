package main_test

import (
	"fmt"
	"testing"
)

// moments is how many random kills of a command have to come to pass, with the flag
// -long, of three times as many that are tried.
const moments = 250

// A tally is what has become of the disturbances of a command.
type tally struct {
	kind, command string
	of            int  // so many there are
	whole         bool // all of them are tried, not a sample
	tried         int
	hit, wrong    int
}

func (t tally) String() string {
	return fmt.Sprintf("%s %s: %d of %d disturbances tried, %d came to pass, %d were not reached, %d went wrong", t.kind, t.command, t.tried, t.of, t.hit, t.tried-t.hit, t.wrong)
}

// count takes up one that was tried.
func (t *tally) count(came bool, problem string) {
	t.tried++
	if came {
		t.hit++
	}
	if problem != "" {
		t.wrong++
	}
}

// enough reports whether no more are to be tried.
func (t tally) enough() bool { return t.kind == "random" && t.hit == moments }

// short is an error where too few came to pass to show anything.
func (t tally) short() error {
	want := (t.tried + 1) / 2
	if t.kind == "random" {
		want = 1
		if t.whole {
			want = moments
		}
	}
	if t.hit < max(want, 1) {
		return fmt.Errorf("of %d disturbances only %d came to pass, which have to be %d: %s %s", t.tried, t.hit, max(want, 1), t.kind, t.command)
	}
	return nil
}

func TestTally(t *testing.T) {
	for _, row := range []struct {
		kind       string
		whole      bool
		tried, hit int
		short      bool
	}{
		{"kill", true, 40, 20, false},
		{"kill", true, 40, 19, true},
		{"fail", false, 3, 2, false},
		{"fail", false, 3, 1, true},
		{"fail", false, 1, 1, false},
		{"fail", false, 0, 0, true},
		{"random", false, 12, 1, false},
		{"random", false, 12, 0, true},
		{"random", true, 3 * moments, moments - 1, true},
		{"random", true, 3 * moments, moments, false},
	} {
		got := tally{kind: row.kind, whole: row.whole}
		for i := range row.tried {
			got.count(i < row.hit, "")
		}
		if err := got.short(); (err != nil) != row.short {
			t.Errorf("%+v: %v", row, err)
		}
		if enough := row.kind == "random" && row.hit == moments; got.enough() != enough {
			t.Errorf("%+v: enough = %v", row, got.enough())
		}
	}
}
