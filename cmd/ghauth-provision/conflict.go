package main

import (
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
		&cli.StringSliceFlag{Name: "overwrite", Usage: "settle a conflict: the file at `PATH` is ours again; may come several times"},
		&cli.StringSliceFlag{Name: "keep", Usage: "settle a conflict: the file at `PATH` stays as it is; may come several times"},
	}, more...)
}

// settleBy takes the paths of the flags --overwrite and --keep.
func (w *world) settleBy(c *cli.Context, desired *plan.State) (err error) {
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
		if !slices.Contains(p.Settled, path) {
			return usage(w.tilde(path)+" is in no conflict", "leave the flag out; "+program+" plan shows the conflicts")
		}
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
}

func conflictOf(c *plan.ConflictError) conflictReport {
	return conflictReport{c.Path, c.Reason, append([]string{}, c.Wrote...), c.Stands, c.Wanted, c.Changed, c.Wants}
}

// threeWays shows the sides of a conflict below its error.
func (w *world) threeWays(c *plan.ConflictError) {
	w.paintDiff(w.stderr, c.Changed)
	w.paintDiff(w.stderr, c.Wants)
}
