package mint

import (
	"errors"
	"fmt"
	"time"
)

// Kind sorts errors by what helps.
type Kind int

// The kinds of error.
const (
	Temporary  Kind = iota // GitHub or the network fails: try again
	Denied                 // GitHub says no: the App's settings or the ids must be mended
	InvalidKey             // the key's bytes are no key that GitHub takes
	BadSetup               // this host: the key's file is missing, loose or another user's; GitHub's certificate is not trusted
)

// Error says what happened and what to do about it.
type Error struct {
	Kind   Kind
	Reason string // what happened and where; never a secret
	Remedy string // what to do next, or empty
	Err    error  // the cause, or nil; its own text is not redacted

	unsigned bool          // the key did not sign, so that GitHub was not asked
	status   int           // GitHub's, where err is the API's refusal of an App that it knows, else zero
	wait     time.Duration // how long GitHub asks to wait before the next try, or zero
}

// ErrUnknownKey is for a JWT that GitHub cannot read: its key is not one of the
// App's, or the App's id is another's.
var ErrUnknownKey = errors.New("wrong key or app id")

// Error gives the reason and the cause, redacted, without the remedy.
func (e *Error) Error() string {
	if e.Err != nil {
		// net/http quotes what a server sends, which may be our request.
		return Redact(e.Reason + ": " + e.Err.Error())
	}
	return e.Reason
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Kind: k}) ask for the kind alone.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Reason == "" && t.Err == nil && t.Kind == e.Kind
}

// IsTemporary reports whether the same call may succeed later.
func IsTemporary(err error) bool { return errors.Is(err, &Error{Kind: Temporary}) }

// IsUnsigned reports whether it is the signer that failed: GitHub was not asked.
func IsUnsigned(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.unsigned
}

// statusOf gives GitHub's status where err is a refusal of an App that GitHub
// knows, else zero.
func statusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.status
	}
	return 0
}

func fault(k Kind, remedy, reason string, args ...any) *Error {
	return &Error{Kind: k, Reason: fmt.Sprintf(reason, args...), Remedy: remedy}
}

func cause(k Kind, err error, remedy, reason string) *Error {
	return &Error{Kind: k, Reason: reason, Remedy: remedy, Err: err}
}
