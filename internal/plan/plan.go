package plan

import (
	"errors"
	"fmt"
)

// Op is what an action does.
type Op string

// The operations, in the order of a plan.
const (
	ImportKey Op = "import key" // into what keeps it for others

	Stop    Op = "stop"
	Disable Op = "disable"
	Revoke  Op = "revoke"     // the token in a file
	LogOut  Op = "log gh out" // by what a file says that gh was given
	ClearGH Op = "clear gh"   // remove its file, if it is logged in nowhere

	UninstallPlugin Op = "uninstall plugin"

	Mkdir        Op = "create directory"
	Create       Op = "create"
	Change       Op = "change"
	Chmod        Op = "change mode"
	Remove       Op = "remove"
	Reload       Op = "reload"
	Enable       Op = "enable"
	EnableLinger Op = "enable linger"
	ResetFailed  Op = "reset"
	Start        Op = "start"
	Restart      Op = "restart"

	DisableLinger Op = "disable linger"

	InstallPlugin Op = "install plugin"
	RestartTakopi Op = "restart Takopi"
)

// Action is one change to the host.
type Action struct {
	Op     Op
	Target string // a path or a unit
	Reason string
	Before File // what must stand at Target, for operations on files
	After  File
	Keys   []KeyChange // of a file that is edited
	Import KeyImport   // of ImportKey

	to *Action // that removes a manifest for good where it goes first
}

// Plan is what has to be done, in order, and what is to be told beside it.
type Plan struct {
	Actions []Action
	// Founding is how many of the first actions are carried out as one: they
	// make the directories that lead to the manifest, and the manifest.
	Founding int
	leaving  Action   // removes the manifest from where it is while the last directories go
	Notes    []string // not checked, or left to the operator
	// Conflicts stand in the way: none of the plan is carried out.
	Conflicts []*ConflictError
	// Settled are the conflicts that were settled beforehand.
	Settled []*ConflictError
	// Kept are the paths of files that differ from the spec and stay, by a --keep
	// of now or of an earlier apply.
	Kept []string
}

// Empty reports whether nothing has to be done.
func (p Plan) Empty() bool { return len(p.Actions) == 0 && len(p.Conflicts) == 0 }

// Conflicted gives the conflicts, joined, or nil.
func (p Plan) Conflicted() error {
	var errs []error
	for _, c := range p.Conflicts {
		errs = append(errs, c)
	}
	return errors.Join(errs...)
}

// Head gives the founding actions alone.
func (p Plan) Head() Plan {
	return Plan{Actions: p.Actions[:p.Founding], Founding: p.Founding, Conflicts: p.Conflicts}
}

// MovedError says that the host is no longer as the plan found it.
type MovedError struct{ Path string }

// Error names what moved.
func (e *MovedError) Error() string {
	return fmt.Sprintf("%s has changed since the plan was made", e.Path)
}
