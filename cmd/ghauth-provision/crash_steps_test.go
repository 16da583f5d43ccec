package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A disturbance is a command that runs another one and disturbs it.
type disturbance struct {
	argv  []string
	told  string // what the other one has to tell of it, if it lives to
	tries int
}

func (d disturbance) String() string { return strings.Join(d.argv, " ") }

// changes are the system calls before which a kill leaves something different, and
// writes those that a full or a broken disk makes fail.
var (
	changes = []string{"openat", "mkdirat", "write", "fchmod", "fchmodat", "fsync", "renameat", "renameat2", "unlinkat", "symlinkat"}
	writes  = []string{"openat", "mkdirat", "write", "fchmod", "fsync", "renameat", "renameat2", "unlinkat", "close"}
)

// errnos are the faults of a disk.
var errnos = []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT}

// tries bounds how often a disturbance is tried whose call did not come.
const tries = 3

// injections lists what may happen to a command at the calls that its undisturbed run had
// below home.
func injections(kind, trace string, home home) (all []disturbance) {
	inject := func(s step, how, told string) {
		all = append(all, disturbance{tracing(how, s), told, tries})
	}
	switch kind {
	case "kill":
		for _, s := range steps(trace, home, changes) {
			inject(s, "kill", "")
		}
	case "fail":
		for _, s := range steps(trace, home, writes) {
			for _, e := range errnos {
				if !lesser.MatchString(s.path) {
					inject(s, fmt.Sprint(int(e)), e.Error())
				}
			}
		}
	}
	return all
}

// kills lists kills at random moments of a command that takes so long. Some come too late.
func kills(took time.Duration) (all []disturbance) {
	for range 3 * moments {
		moment := fmt.Sprint(rand.Float64() * took.Seconds())
		all = append(all, disturbance{[]string{"timeout", "--signal=KILL", moment}, "", 1})
	}
	return all
}

// tracing is the command line before a command that is traced.
func tracing(how string, s step) []string {
	return []string{os.Args[0], how, s.call, fmt.Sprint(s.n), s.path}
}

// recording is that without a disturbance.
var recording = tracing("none", step{})

// steps lists those of the calls that are about files of the home.
func steps(trace string, home home, calls []string) (list []step) {
	for line := range strings.Lines(trace) {
		if s, _ := stepOf(line); slices.Contains(calls, s.call) && home.holds(s.path) {
			list = append(list, s)
		}
	}
	return list
}

// stepOf reads a line of a trace.
func stepOf(line string) (s step, injected bool) {
	fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	if len(fields) != 4 {
		return s, false // it was killed while it wrote that
	}
	return step{fields[0], number(fields[1]), digits.ReplaceAllString(fields[2], "#$1")}, fields[3] != ""
}

// lesser files are kept as well as may be: a run that cannot write these says so, and goes on.
var lesser = regexp.MustCompile(`/(audit\.log|\.?github-token[^/]*\.earlier#?)$`)
