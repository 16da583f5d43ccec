package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"

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
	r, ok := parsePlan(data)
	if !ok {
		return r, &failure{exitBadInput, file + " is no plan that this version of " + program + " has saved",
			"a spec is named by --spec FILE; a plan is saved by: " + program + " plan --out FILE"}
	}
	return r, nil
}

// parsePlan takes one whole plan of this version and nothing else.
func parsePlan(data []byte) (r planReport, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || r.Version != planVersion || r.Spec == "" {
		return planReport{}, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return planReport{}, false
	}
	return r, true
}

// from gives what is left of the plan when n of its actions are done.
func (saved planReport) from(n int) planReport {
	saved.Actions = saved.Actions[min(n, len(saved.Actions)):]
	return saved
}

// fits is an error where p is no longer the plan that was saved, and says what
// has moved. Reasons, diffs and notes follow from the rest.
func (saved planReport) fits(p plan.Plan, manifest string) error {
	what := ""
	if path := saved.unsettled(p.Settled); path != "" {
		what = path + " has changed since"
	} else {
		what = saved.moved(mapTo(p.Actions, reportOf), manifest)
	}
	if what == "" {
		return nil
	}
	return &failure{exitFailed, "the saved plan no longer fits: " + what, "look at what has changed, and save a new one: " + program + " plan --out FILE"}
}

// moved says what the plan has come to differ in from these actions, or nothing. The
// manifest differs for a reason that lies elsewhere.
func (saved planReport) moved(now []actionReport, manifest string) string {
	for _, then := range saved.Actions {
		if then.Target == manifest {
			continue
		}
		i := slices.IndexFunc(now, then.meets)
		switch {
		case i < 0:
			return fmt.Sprintf("%s %s is done already, or no longer asked for", then.Op, then.Target)
		case !reflect.DeepEqual(then.Before, now[i].Before):
			return then.Target + " has changed since"
		case !reflect.DeepEqual(then.After, now[i].After):
			return "the spec now asks for another " + then.Target
		}
	}
	for _, a := range now {
		if a.Target != manifest && !slices.ContainsFunc(saved.Actions, a.meets) {
			return fmt.Sprintf("%s %s was not in it", a.Op, a.Target)
		}
	}
	if !slices.EqualFunc(saved.Actions, now, actionReport.same) {
		return "the manifest now is to say something else"
	}
	return ""
}

// meets reports whether two actions do the same to one target, or make another file
// of it.
func (a actionReport) meets(b actionReport) bool {
	return a.Target == b.Target && (a.Op == b.Op || a.After != nil && b.After != nil)
}

// same reports whether two actions do the same, whatever they are done for.
func (a actionReport) same(b actionReport) bool {
	return a.Op == b.Op && a.Target == b.Target && reflect.DeepEqual(a.Before, b.Before) && reflect.DeepEqual(a.After, b.After)
}

// unsettled gives the first path at which the saved plan has settled something
// other than what was settled now, or nothing.
func (saved planReport) unsettled(now []*plan.ConflictError) string {
	for _, then := range saved.Settled {
		same := func(c *plan.ConflictError) bool {
			return then.Path == c.Path && then.By == c.By && then.Stands == c.Stands && then.Wanted == c.Wanted
		}
		if !slices.ContainsFunc(now, same) {
			return then.Path
		}
	}
	for _, c := range now {
		if !slices.ContainsFunc(saved.Settled, func(then conflictReport) bool { return then.Path == c.Path }) {
			return c.Path
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
