package refresh

import "fmt"

// SetupError says that the host is set up wrongly.
type SetupError struct {
	Reason string
	Remedy string
}

// Error gives the reason.
func (e *SetupError) Error() string { return e.Reason }

// WriteError says that a token could not be written, or would not be.
type WriteError struct {
	Dir string
	Err error
}

// Error names the directory and the cause.
func (e *WriteError) Error() string { return fmt.Sprintf("cannot write in %s: %v", e.Dir, e.Err) }

// Unwrap gives the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// BusyError says that another run held the lock for all the time there was.
type BusyError struct{ Path string }

// Error names the lock.
func (e *BusyError) Error() string {
	return "another apply or mint is still at work (it holds " + e.Path + ")"
}

// GHError says that gh could not be logged in; the token is good all the same.
type GHError struct {
	Reason string
	Remedy string
}

// Error gives the reason.
func (e *GHError) Error() string { return e.Reason }
