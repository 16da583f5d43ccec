package main

import (
	"context"
	"fmt"

	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// features are what a spec turns on by itself, and a host that was set up by hand may
// do without: each with what is said where it is left off.
var features = []struct{ block, attr, what string }{
	{"takopi", "plugin", "Takopi's plugin is not installed"},
	{"takopi", "enabled", "Takopi is not set up"},
	{"gh", "git_credential", "git is not given tokens"},
	{"gh", "enabled", "gh is not logged in"},
}

// shrink turns off what makes the plan larger, unless the host has it: Takopi's table
// stays, though something in it may have to change.
func (a *adoption) shrink(ctx context.Context) error {
	size, err := a.planSize(ctx)
	if err != nil {
		return err
	}
	for _, f := range features {
		if f.block+"."+f.attr == "takopi.enabled" && len(a.table) > 0 {
			continue
		}
		a.set(f.block, f.attr, "false")
		if f.block+"."+f.attr == "gh.enabled" && !a.hasProgram("gh") {
			// No plan counts it, and every apply would fail for it.
			a.notes = append(a.notes, "gh is not installed here, and stays so: take enabled = false out of the spec's gh block once it is")
			continue
		}
		without, err := a.planSize(ctx)
		if err != nil {
			return err
		}
		if without >= size {
			delete(a.values[f.block], f.attr)
			continue
		}
		size = without
		a.notes = append(a.notes, fmt.Sprintf("%s here, and stays so: take %s = false out of the spec's %s block to have it", f.what, f.attr, f.block))
	}
	return nil
}

// planSize gives how many things an apply of the draft would change.
func (a *adoption) planSize(ctx context.Context) (int, error) {
	s, full, _, err := a.parse()
	if err != nil {
		return 0, err
	}
	site, err := a.siteOfSpec(s)
	if err != nil {
		return 0, err
	}
	if err := a.checkKeys(s); err != nil {
		return 0, err
	}
	j := &job{spec: s, specPath: full, executable: site.Executable}
	if j.desired, err = units.Desired(s, site); err != nil {
		return 0, err
	}
	end := a.reach(ctx, j, s.Paths.ConfigDir)
	defer end()
	p, err := j.plan(ctx)
	return len(p.Actions), err
}
