package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/gitconfig"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"golang.org/x/sys/unix"
)

// The exit statuses. Those from 64 are sysexits.h's.
const (
	exitOK          = 0
	exitFailed      = 1
	exitDiffers     = 2  // the host differs from the spec
	exitUnformatted = 3  // fmt --check: the layout is another
	exitUsage       = 64 // wrong usage
	exitBadInput    = 65 // the spec, a key, takopi.toml or git's configuration is not valid
	exitNoSystemd   = 69 // files are in place, but the user's systemd cannot be reached
	exitNoTool      = 72 // the token file is good, but gh or uv is missing or failed
	exitNoWrite     = 73 // a file cannot be written
	exitTemporary   = 75 // try again
	exitDenied      = 77 // GitHub or the system says no
	exitBadSetup    = 78 // the host is set up wrongly
)

// statuses tells people of each.
var statuses = []struct {
	status  int
	meaning string
}{
	{exitOK, "done, or nothing to do"},
	{exitFailed, "failed"},
	{exitDiffers, "`plan --detailed-exitcode`, `status`: the host differs from the spec, or a token is not good"},
	{exitUnformatted, "`fmt --check`: not formatted"},
	{exitUsage, "wrong usage"},
	{exitBadInput, "the spec, a key or takopi.toml is not valid"},
	{exitNoSystemd, "`apply`: the files are in place, but your systemd cannot be reached"},
	{exitNoTool, "the token file is good, but gh or uv is missing or failed"},
	{exitNoWrite, "a file cannot be written, or somebody else's stands in the way: a conflict"},
	{exitTemporary, "temporary: GitHub is down, a rate limit, another run is at work: try again"},
	{exitDenied, "GitHub or the system says no: wrong key, suspended, not permitted"},
	{exitBadSetup, "the host is set up wrongly: the key is missing or others may read it, GitHub's certificate is not trusted, or the files are of another `config_dir`"},
}

// worstFirst is the order in which several statuses count.
var worstFirst = []int{exitDenied, exitBadSetup, exitBadInput, exitNoWrite, exitFailed, exitUsage, exitNoSystemd, exitNoTool, exitTemporary}

// worst gives the status that counts among several.
func worst(statuses ...int) int {
	for _, s := range worstFirst {
		if slices.Contains(statuses, s) {
			return s
		}
	}
	return exitOK
}

// failure is an error of this package's own: what happened, what to do next,
// and the status to exit with.
type failure struct {
	status int
	reason string
	remedy string // may be empty
}

func (e *failure) Error() string { return e.reason }

func usage(reason, remedy string) error { return &failure{exitUsage, reason, remedy} }

// errTold ends a verb with a status when all there is to say has been printed.
type errTold int

func (errTold) Error() string { return "failed" }

// statusOf gives the exit status for an error, of several joined ones the worst.
func statusOf(err error) int {
	var told errTold
	var own *failure
	var minting *mint.Error
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var statuses []int
		for _, e := range all.Unwrap() {
			statuses = append(statuses, statusOf(e))
		}
		return worst(statuses...)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &told):
		return int(told)
	case errors.As(err, &own):
		return own.status
	case errors.As(err, &minting):
		return mintStatus[minting.Kind]
	case is[*spec.Error](err), is[*takopi.Error](err), is[*gitconfig.Error](err), is[*plan.ManifestError](err):
		return exitBadInput
	case is[*refresh.GHError](err):
		return exitNoTool
	case is[*refresh.BusyError](err), is[*plan.MovedError](err):
		return exitTemporary
	case is[*refresh.SetupError](err), is[*plan.OwnedError](err):
		return exitBadSetup
	case is[*refresh.LockdownError](err):
		return exitDenied
	case is[*refresh.WriteError](err), is[*plan.ConflictError](err), is[*fs.PathError](err), is[*os.LinkError](err):
		return exitNoWrite
	}
	return exitFailed
}

var mintStatus = map[mint.Kind]int{
	mint.Temporary:  exitTemporary,
	mint.Denied:     exitDenied,
	mint.InvalidKey: exitBadInput,
	mint.BadSetup:   exitBadSetup,
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// remedyOf gives what to do about an error, or nothing.
func remedyOf(err error) string {
	var (
		own      *failure
		minting  *mint.Error
		setup    *refresh.SetupError
		gh       *refresh.GHError
		conflict *plan.ConflictError
		owned    *plan.OwnedError
	)
	switch {
	case errors.As(err, &own):
		return own.remedy
	case errors.As(err, &minting):
		return minting.Remedy
	case errors.As(err, &setup):
		return setup.Remedy
	case errors.As(err, &gh):
		return gh.Remedy
	case errors.As(err, &conflict):
		return conflict.Remedy
	case errors.As(err, &owned):
		return fmt.Sprintf("put paths.config_dir back; or run %s destroy --config-dir %s first, and then apply, with private_key naming the key that stays there", program, shellWord(owned.Dir))
	case is[*plan.ManifestError](err):
		return "correct it, put it back from a backup, or use the program that wrote it; without it (move it away) all that stands counts as having been there before"
	case is[*refresh.BusyError](err), is[*plan.MovedError](err):
		return "try again in a moment"
	case is[*refresh.LockdownError](err):
		return "when the incident is over, run: " + program + " resume"
	case errors.Is(err, context.Canceled): // by a signal
		return againRemedy
	}
	return diskRemedy(err)
}

// againRemedy is for what was interrupted.
const againRemedy = "run it again: it goes on from there"

// diskRemedy gives what to do about a disk that does not take what is written, or a
// file that is not this user's to touch (errno(3)), or nothing.
func diskRemedy(err error) string {
	switch {
	case errors.Is(err, unix.EACCES):
		return "ls -ld tells who may read and write there; let this user, with chmod u+rw or chown, and run it again"
	case errors.Is(err, unix.ENOSPC):
		return "make room on that disk, and run it again"
	case errors.Is(err, unix.EDQUOT):
		return "remove files of this user's on that disk, or have the quota raised, and run it again"
	case errors.Is(err, unix.EROFS):
		return "mount that file system for writing, and run it again; if an error made it read-only, the kernel's log says so: journalctl -k"
	case errors.Is(err, unix.EIO):
		return "the disk fails, or the way to it; the kernel's log says more: journalctl -k"
	}
	return ""
}
