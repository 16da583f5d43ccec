package plan

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestApplyTellsTheOutsideWorld(t *testing.T) {
	t.Parallel()
	units := &fakeUnits{}
	tell := func(verb string) func(context.Context, string) error {
		return func(_ context.Context, file string) error { return units.tell(verb, file) }
	}
	h := Host{
		Units:  units,
		Login:  &fakeLogin{set: func(on bool) error { return units.tell("linger", map[bool]string{true: "on"}[on]) }},
		Revoke: tell("revoke"), LogOut: tell("log out"),
	}
	ops := []Op{Stop, Disable, Revoke, LogOut, Reload, Enable, EnableLinger, ResetFailed, Start, Restart}
	want := []string{"stop x", "disable x", "revoke x", "log out x", "reload ", "enable x", "linger on", "reset x", "start x", "restart x"}
	var p Plan
	for _, op := range ops {
		p.Actions = append(p.Actions, Action{Op: op, Target: "x"})
	}
	var did []Op
	if err := Apply(t.Context(), h, p, func(a Action) { did = append(did, a.Op) }); err != nil {
		t.Fatal(err)
	}
	wantLines(t, "told", units.told, want)
	if !slices.Equal(did, ops) {
		t.Errorf("did %q, want %q", did, ops)
	}

	units.err = errAway
	for i, op := range ops {
		units.told = nil
		err := Apply(t.Context(), h, Plan{Actions: p.Actions[i:]}, func(a Action) { t.Errorf("did %s", a.Op) })
		if !errors.Is(err, errAway) || len(units.told) != 1 {
			t.Errorf("%s: got %v after %q, want it to end there", op, err, units.told)
		}
	}
}

func TestApplyRefusesAnUnknownOperation(t *testing.T) {
	t.Parallel()
	if err := Apply(t.Context(), Host{}, Plan{Actions: []Action{{Op: "dance"}}}, func(Action) {}); err == nil {
		t.Error("got no error")
	}
}
