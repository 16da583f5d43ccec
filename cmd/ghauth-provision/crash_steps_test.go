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

// A disturbance is what happens to a command: at a step, or at a moment of its run.
type disturbance struct {
	how    string // as a tracer has it
	at     step
	moment float64       // of its time, where it is not 0
	told   syscall.Errno // what the command has to tell of it, if it lives to
	tries  int           // how often, where its call does not come
}

func (d disturbance) String() string {
	if d.moment > 0 {
		return fmt.Sprintf("killed at %.3f of its time", d.moment)
	}
	return fmt.Sprintf("%s %s %d %s", d.how, d.at.call, d.at.n, d.at.path)
}

// argv is the command line before a command that takes so long.
func (d disturbance) argv(took time.Duration) []string {
	if d.moment > 0 {
		return []string{"timeout", "--signal=KILL", fmt.Sprint(d.moment * took.Seconds())}
	}
	return []string{os.Args[0], d.how, d.at.call, fmt.Sprint(d.at.n), d.at.path}
}

// recording disturbs nothing.
var recording = disturbance{how: "none"}

// changes are the system calls before which a kill leaves something different. Those
// that a full or a broken disk makes fail are these, and the end of what was written.
var (
	changes = []string{"openat", "mkdirat", "write", "fchmod", "fchmodat", "fsync", "renameat", "renameat2", "unlinkat", "symlinkat"}
	writes  = slices.Concat(changes, []string{"close"})
)

// errnos are the faults of a disk, and remedies how what to do about each begins.
var (
	errnos   = []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT}
	remedies = map[syscall.Errno]string{syscall.EIO: "the disk fails", syscall.ENOSPC: "make room", syscall.EROFS: "mount that file system for writing",
		syscall.EDQUOT: "remove files of this user's"}
)

// injections lists what may happen to a command at the calls that its undisturbed run had
// below home.
func injections(kind, trace string, home home) (all []disturbance) {
	const tries = 3
	switch kind {
	case "kill":
		for _, s := range steps(trace, home, changes) {
			all = append(all, disturbance{how: kind, at: s, tries: tries})
		}
	case "fail":
		for _, s := range steps(trace, home, writes) {
			for _, e := range errnos {
				if !lesser.MatchString(s.path) {
					all = append(all, disturbance{how: fmt.Sprint(int(e)), at: s, told: e, tries: tries})
				}
			}
		}
	}
	return all
}

// kills lists kills at random moments.
func kills(n int) (all []disturbance) {
	for range n {
		all = append(all, disturbance{moment: 1 - rand.Float64(), tries: 1})
	}
	return all
}

// steps lists those of the calls that are about files of the home.
func steps(trace string, home home, calls []string) (list []step) {
	for line := range strings.Lines(trace) {
		if s := stepOf(line); slices.Contains(calls, s.call) && home.holds(s.path) {
			list = append(list, s)
		}
	}
	return list
}

// stepOf reads a line of a trace.
func stepOf(line string) (s step) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return s // it was killed while it wrote that
	}
	return step{fields[0], number(fields[1]), digits.ReplaceAllString(fields[2], "#$1")}
}

// lesser files are kept as well as may be: a run that cannot write these says so, and goes on.
var lesser = regexp.MustCompile(`/(audit\.log|\.?github-token[^/]*\.earlier#?)$`)
