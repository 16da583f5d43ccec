package plan

import (
	"cmp"
	"fmt"
)

// because says what a file is, and why op is to be done to it.
func because(op Op, have, want File) string {
	why := cmp.Or(want.why, "its content differs")
	switch {
	case want.why != "":
	case op == Remove:
		why = "nothing asks for it any more"
	case have.Kind == Absent:
		why = "it is missing"
	case op == Chmod:
		why = fmt.Sprintf("the mode is %v, not %v", Perm(have.Mode), Perm(want.Mode))
	case want.From != "":
		why = "it differs from " + want.From
	}
	if want.Label == "" {
		return why
	}
	return want.Label + "; " + why
}

// fileAction is an operation on the file want, and its reason.
func fileAction(op Op, have, want File) Action {
	return Action{Op: op, Target: want.Path, Reason: because(op, have, want), Before: have, After: want}
}
