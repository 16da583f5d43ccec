package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/urfave/cli/v2"
)

// conflictFlags are those of the verbs that may meet a file that somebody else
// has changed, and more.
func conflictFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "overwrite", Usage: "settle a conflict: what stands at `PATH` is given up, an edit or a key, and the file is ours again; may come several times"},
		&cli.StringSliceFlag{Name: "keep", Usage: "settle a conflict: the file at `PATH` stays as it is; may come several times"},
	}, more...)
}

// renameFlag is for the verbs that may give apps other places.
func renameFlag() cli.Flag {
	return &cli.BoolFlag{Name: "rename-apps", Usage: "confirm that apps change places, so that their files change names; each key moves along"}
}

// settleBy takes the flags that settle conflicts.
func (w *world) settleBy(c *cli.Context, desired *plan.State) (err error) {
	desired.Rename = c.Bool("rename-apps")
	if desired.Overwrite, err = w.paths(c.StringSlice("overwrite")); err != nil {
		return err
	}
	if desired.Keep, err = w.paths(c.StringSlice("keep")); err != nil {
		return err
	}
	for _, path := range desired.Keep {
		if slices.Contains(desired.Overwrite, path) {
			return usage(w.tilde(path)+" cannot be both kept and overwritten", "say one of --keep and --overwrite")
		}
	}
	return nil
}

// holdTo has conflicts settled as a saved plan has it, and refuses flags that say
// otherwise.
func (w *world) holdTo(saved *planReport, desired *plan.State) error {
	overwrite, keep := saved.settled(plan.Overwritten), saved.settled(plan.Left)
	for _, f := range []struct {
		name        string
		said, saved []string
	}{{"--overwrite", desired.Overwrite, overwrite}, {"--keep", desired.Keep, keep}} {
		for _, path := range f.said {
			if !slices.Contains(f.saved, path) {
				return usage("the saved plan does not have "+f.name+" "+w.tilde(path), "leave the flag out, or save a new plan with it")
			}
		}
	}
	renames := len(saved.settled(plan.Renamed)) > 0
	if desired.Rename && !renames {
		return usage("the saved plan does not have --rename-apps", "leave the flag out, or save a new plan with it")
	}
	desired.Overwrite, desired.Keep, desired.Rename = overwrite, keep, renames
	return nil
}

// paths makes paths absolute. The shell leaves a ~ alone that follows a =.
func (w *world) paths(in []string) (out []string, err error) {
	for _, path := range in {
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			path = filepath.Join(w.getenv("HOME"), rest)
		}
		if path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
		out = append(out, path)
	}
	return out, nil
}

// allSettle refuses flags that settle nothing: a mistyped path would leave a
// conflict, or hide that there is none.
func (w *world) allSettle(desired plan.State, p plan.Plan) error {
	for _, path := range slices.Concat(desired.Overwrite, desired.Keep) {
		if !slices.ContainsFunc(p.Settled, func(c *plan.ConflictError) bool { return c.Path == path }) {
			return usage(w.tilde(path)+" is in no conflict", "leave the flag out; "+program+" plan shows the conflicts")
		}
	}
	if desired.Rename && len(p.Conflicts) == 0 && !slices.ContainsFunc(p.Settled, func(c *plan.ConflictError) bool { return c.By == plan.Renamed }) {
		return usage("no app changes its place", "leave --rename-apps out")
	}
	return nil
}

// A conflictReport is a conflict as it is told.
type conflictReport struct {
	Path   string   `json:"path"`
	Reason string   `json:"reason"`
	Wrote  []string `json:"wrote"`  // SHA-256 of what apply wrote; several while one is under way
	Stands string   `json:"stands"` // SHA-256 of what stands
	Wanted string   `json:"wanted"` // SHA-256 of what the spec asks for; empty: that it goes
	// Unified diffs; empty where the file may not be shown.
	Changed string `json:"changed,omitempty"` // from what apply wrote to what stands
	Wants   string `json:"wants,omitempty"`   // from what stands to what the spec asks for

	Remedy string          `json:"remedy,omitempty"` // while it is not settled
	By     plan.Settlement `json:"by,omitempty"`     // the flag that has settled it
	Cost   string          `json:"cost,omitempty"`   // what is lost by that
}

func conflictOf(c *plan.ConflictError) conflictReport {
	r := conflictReport{c.Path, c.Reason, append([]string{}, c.Wrote...), c.Stands, c.Wanted, c.Changed, c.Wants, "", c.By, c.Cost}
	if c.By == plan.Unsettled {
		r.Remedy = c.Remedy
	}
	return r
}

// headline says in a line what a conflict is, and what becomes of it.
func (w *world) headline(c conflictReport) string {
	line := w.homely(c.Path + " " + c.Reason)
	switch c.By {
	case plan.Left:
		line += "; by --keep it stays"
	case plan.Overwritten, plan.Renamed:
		line += "; by --" + string(c.By) + " " + c.Cost
	}
	return line
}

// showConflict prints a conflict and its sides to out, in the manner of print or
// of say.
func (w *world) showConflict(out io.Writer, line func(string, ...any), c conflictReport) {
	line("%s", w.headline(c))
	if c.Remedy != "" {
		fmt.Fprintf(out, "  what to do: %s\n", w.homely(c.Remedy))
	}
	w.paintDiff(out, c.Changed)
	w.paintDiff(out, c.Wants)
}
