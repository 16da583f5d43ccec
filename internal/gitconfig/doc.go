// Package gitconfig puts a credential helper into a file of git's configuration,
// and takes it out again.
//
// The file is its owner's, who writes it by hand and by `git config`, so that only
// the few lines of the helper are ours: all else stays as it is, byte for byte. The
// functions work on bytes and touch no file. A git configuration may hold
// passwords, in URLs and headers: no error carries any of its text.
//
// The syntax is that of git-config(1), under "CONFIGURATION FILE", read as git's
// own config.c reads it.
package gitconfig

import "fmt"

// Error says where a configuration is not valid, or cannot be edited safely.
type Error struct {
	Line   int
	Reason string
}

// Error names the line and the reason.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }
