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
	of            int // so many there are
	want          int // so many have to come to pass
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

// enough reports whether no more are to be tried: of moments there is no end.
func (t tally) enough() bool { return t.kind == "random" && t.hit == t.want }

// short is an error where too few came to pass to show anything.
func (t tally) short() error {
	if t.hit < t.want {
		return fmt.Errorf("of %d disturbances only %d came to pass, which have to be %d: %s %s", t.tried, t.hit, t.want, t.kind, t.command)
	}
	return nil
}

func TestTally(t *testing.T) {
	for _, row := range []struct {
		kind          string
		tried, hit    int
		enough, short bool
	}{
		{"kill", 400, 250, false, false},
		{"fail", 400, 249, false, true},
		{"fail", 0, 0, false, true},
		{"random", 3 * moments, moments - 1, false, true},
		{"random", moments, moments, true, false},
	} {
		got := tally{kind: row.kind, want: moments}
		for i := range row.tried {
			got.count(i < row.hit, "")
		}
		if err := got.short(); (err != nil) != row.short || got.enough() != row.enough {
			t.Errorf("%+v: enough %v, %v", row, got.enough(), err)
		}
	}
}
