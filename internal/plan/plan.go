package plan

import "fmt"

// Op is what an action does.
type Op string

// The operations, in the order of a plan.
const (
	Stop         Op = "stop"
	Disable      Op = "disable"
	Revoke       Op = "revoke"     // the token in a file
	LogOut       Op = "log gh out" // by what a file says that gh was given
	Mkdir        Op = "create directory"
	Create       Op = "create"
	Change       Op = "change"
	Chmod        Op = "change mode"
	Remove       Op = "remove"
	Reload       Op = "reload"
	Enable       Op = "enable"
	EnableLinger Op = "enable linger"
	Start        Op = "start"
	Restart      Op = "restart"
)

// Action is one change to the host.
type Action struct {
	Op     Op
	Target string // a path or a unit
	Reason string
	Before File // what must stand at Target, for operations on files
	After  File
}

// Plan is what has to be done, in order, and what is to be told beside it.
type Plan struct {
	Actions []Action
	Notes   []string // not checked, or left to the operator
}

// Empty reports whether nothing has to be done.
func (p Plan) Empty() bool { return len(p.Actions) == 0 }

// Until gives the head of p that ends with making the directory dir, or nothing
// where p does not make it.
func (p Plan) Until(dir string) Plan {
	for i, a := range p.Actions {
		if a.Op == Mkdir && a.Target == dir {
			return Plan{Actions: p.Actions[:i+1]}
		}
	}
	return Plan{}
}

// ConflictError says that something stands in the way that is not ours to
// change.
type ConflictError struct {
	Path   string
	Reason string
	Remedy string
}

// Error names the path and what is wrong there.
func (e *ConflictError) Error() string { return e.Path + " " + e.Reason }

// MovedError says that the host is no longer as the plan found it.
type MovedError struct{ Path string }

// Error names what moved.
func (e *MovedError) Error() string {
	return fmt.Sprintf("%s has changed since the plan was made", e.Path)
}
