package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// maxPlan bounds a saved plan, in bytes.
const maxPlan = 64 << 20

// savePlan writes a plan that apply takes. It is the plan's JSON. One that apply
// would stop at is not saved.
func savePlan(file string, r planReport) error {
	if n := len(r.Conflicts); n > 0 {
		return &failure{exitNoWrite, fmt.Sprintf("the plan is not saved to %s: %s not settled", file, count(n, "conflict")),
			"settle each: --overwrite PATH or --keep PATH; the saved plan holds to that"}
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if exists(full) {
		if _, err := readPlan(full); err != nil {
			return usage(file+" is there already, and no plan", "name another file")
		}
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeNamed(file, full, append(data, '\n'), 0o600)
}

// readPlan reads a saved plan.
func readPlan(file string) (r planReport, err error) {
	data, err := readFile(file, maxPlan)
	if err != nil {
		return r, &failure{exitBadInput, "the plan cannot be read: " + err.Error(), "save one: " + program + " plan --out FILE"}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || r.Version != planVersion || r.Spec == "" {
		return r, &failure{exitBadInput, file + " is no plan that this version of " + program + " has saved",
			"a spec is named by --spec FILE; a plan is saved by: " + program + " plan --out FILE"}
	}
	return r, nil
}

// from gives what is left of the plan when n of its actions are done.
func (saved planReport) from(n int) planReport {
	saved.Actions = saved.Actions[min(n, len(saved.Actions)):]
	return saved
}

// fits is an error where p is no longer the plan that was saved, and says what
// has moved. Reasons, diffs and notes follow from the rest.
func (saved planReport) fits(p plan.Plan, manifest string) error {
	moved := func(what string) error {
		return &failure{exitFailed, "the saved plan no longer fits: " + what, "look at what has changed, and save a new one: " + program + " plan --out FILE"}
	}
	if path := saved.unsettled(p.Settled); path != "" {
		return moved(path + " has changed since")
	}
	var late error
	for i, a := range p.Actions {
		now := reportOf(a)
		if i >= len(saved.Actions) {
			return moved(fmt.Sprintf("%s %s was not in it", now.Op, now.Target))
		}
		then := saved.Actions[i]
		switch {
		case then.Op != now.Op || then.Target != now.Target:
			return moved(fmt.Sprintf("it has %s %s where now is %s %s", then.Op, then.Target, now.Op, now.Target))
		case a.Target == manifest && !reflect.DeepEqual(then, now):
			late = moved("the manifest now is to say something else") // for a reason that comes later
		case !reflect.DeepEqual(then.Before, now.Before):
			return moved(fmt.Sprintf("%s has changed since", now.Target))
		case !reflect.DeepEqual(then.After, now.After):
			return moved(fmt.Sprintf("the spec now asks for another %s", now.Target))
		}
	}
	if n := len(p.Actions); n < len(saved.Actions) {
		return moved(fmt.Sprintf("%s %s is done already", saved.Actions[n].Op, saved.Actions[n].Target))
	}
	return late
}

// unsettled gives the first path at which the saved plan has settled something
// other than what was settled now, or nothing.
func (saved planReport) unsettled(now []*plan.ConflictError) string {
	for i := range max(len(saved.Settled), len(now)) {
		switch {
		case i >= len(now):
			return saved.Settled[i].Path
		case i >= len(saved.Settled):
			return now[i].Path
		}
		then, c := saved.Settled[i], now[i]
		if then.Path != c.Path || then.By != c.By || then.Stands != c.Stands || then.Wanted != c.Wanted {
			return then.Path
		}
	}
	return ""
}

// settled gives the paths that the saved plan has settled so.
func (saved planReport) settled(by plan.Settlement) (paths []string) {
	for _, c := range saved.Settled {
		if c.By == by {
			paths = append(paths, c.Path)
		}
	}
	return paths
}
