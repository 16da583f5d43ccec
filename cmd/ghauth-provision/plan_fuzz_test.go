package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// What is taken for a plan is all of it, and is saved as the same again.
func FuzzParsePlan(f *testing.F) {
	f.Add(fmt.Appendf(nil, `{"version":%d,"spec":"/s.hcl"}`, planVersion))
	f.Add(fmt.Appendf(nil, `{"version":%d,"spec":"/s.hcl","actions":[{"op":"create","target":"/a","before":{"kind":"absent"}}]} {}`, planVersion))
	full, err := json.Marshal(planReport{Version: planVersion, Spec: "/s.hcl", Actions: []actionReport{
		reportOf(plan.Action{Op: plan.Change, Target: "/b", Before: plan.File{Kind: plan.Regular, Mode: 0o600, Hash: "x"}, After: plan.File{Kind: plan.Regular, Hash: "y"}})}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, ok := parsePlan(data)
		if !ok {
			if !reflect.DeepEqual(r, planReport{}) {
				t.Errorf("a refused plan leaves %+v", r)
			}
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := parsePlan(again)
		if third, err := json.Marshal(back); !ok || err != nil || string(third) != string(again) {
			t.Errorf("%s\nis read back as\n%s, %v", again, third, err)
		}
		_ = r.from(len(r.Actions)/2).fits(plan.Plan{}, "/m")
	})
}

// What follows a plan is no part of it, and none at all is taken then.
func TestPlanWithMore(t *testing.T) {
	plain := fmt.Sprintf(`{"version":%d,"spec":"/s.hcl"}`, planVersion)
	for text, want := range map[string]bool{plain: true, plain + "\n": true, plain + "{}": false, plain + "x": false, "": false, "{}": false} {
		if _, ok := parsePlan([]byte(text)); ok != want {
			t.Errorf("%s is taken: %t, want %t", text, ok, want)
		}
	}
}
