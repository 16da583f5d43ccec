package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// A saved plan that no longer fits names what has moved, wherever it stands.
func TestSavedPlanNamesWhatMoved(t *testing.T) {
	file := func(op plan.Op, path, before, after string) plan.Action {
		kind := func(hash string) plan.Kind {
			if hash == "" {
				return plan.Absent
			}
			return plan.Regular
		}
		return plan.Action{Op: op, Target: path, Before: plan.File{Kind: kind(before), Hash: before}, After: plan.File{Kind: kind(after), Hash: after}}
	}
	const manifest = "/m"
	first := []plan.Action{
		file(plan.Change, manifest, "1", "2"), file(plan.Create, "/a", "", "a"), file(plan.Change, "/b", "x", "b"),
		{Op: plan.Reload, Target: "systemd --user"}, file(plan.Change, manifest, "2", "3"),
	}
	saved := planReport{Actions: mapTo(first, reportOf)}
	for _, tt := range []struct {
		name string
		now  []plan.Action
		want string // empty: it fits
	}{
		{"the same", first, ""},
		{"made by now", slices.Delete(slices.Clone(first), 1, 2), "create /a is done already, or no longer asked for"},
		{"one more, in front", slices.Insert(slices.Clone(first), 1, file(plan.Create, "/0", "", "0")), "create /0 was not in it"},
		{"another stands", with(first, 2, file(plan.Change, "/b", "y", "b")), "/b has changed since"},
		{"removed by now", with(first, 2, file(plan.Create, "/b", "", "b")), "/b has changed since"},
		{"another is asked for", with(first, 2, file(plan.Change, "/b", "x", "c")), "the spec now asks for another /b"},
		{"the manifest alone", with(first, 4, file(plan.Change, manifest, "2", "4")), "the manifest now is to say something else"},
		{"the manifest for a reason", with(with(first, 0, file(plan.Change, manifest, "1", "4")), 1, file(plan.Create, "/a", "", "z")), "the spec now asks for another /a"},
	} {
		got := ""
		if err := saved.fits(plan.Plan{Actions: tt.now}, manifest); err != nil {
			got = strings.TrimPrefix(err.Error(), "the saved plan no longer fits: ")
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// What was settled otherwise is named, and not what stands beside it.
func TestSavedPlanNamesWhatIsSettledOtherwise(t *testing.T) {
	settled := func(paths ...string) (out []*plan.ConflictError) {
		for _, path := range paths {
			out = append(out, &plan.ConflictError{Path: path, By: plan.Left})
		}
		return out
	}
	saved := planReport{Settled: mapTo(settled("/a", "/c"), conflictOf)}
	for _, tt := range []struct {
		now  []*plan.ConflictError
		want string
	}{
		{settled("/a", "/c"), ""}, {settled("/c"), "/a"}, {settled("/a", "/b", "/c"), "/b"},
		{[]*plan.ConflictError{settled("/a")[0], {Path: "/c", By: plan.Overwritten}}, "/c"},
	} {
		if got := saved.unsettled(tt.now); got != tt.want {
			t.Errorf("%d settled: got %q, want %q", len(tt.now), got, tt.want)
		}
	}
}

func with(actions []plan.Action, i int, a plan.Action) []plan.Action {
	actions = slices.Clone(actions)
	actions[i] = a
	return actions
}
