package main_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A disturbance is a command that runs another one and disturbs it.
type disturbance struct {
	argv []string
	told string // what the other one has to tell of it, if it lives to
}

func (d disturbance) String() string { return strings.Join(d.argv, " ") }

// changes are the system calls before which a kill leaves something different, and
// writes those that a full or a broken disk makes fail (strace(1)).
var (
	changes = []string{"openat", "mkdirat", "write", "fchmod", "fchmodat", "fsync", "renameat", "renameat2", "unlinkat", "symlinkat"}
	writes  = []string{"openat", "mkdirat", "write", "fchmod", "fsync", "renameat", "renameat2", "unlinkat", "close"}
)

// recording is strace without a disturbance. It lets go of children (execve).
var recording = []string{"-f", "-qq", "-y", "-b", "execve", "-o", "trace",
	"-e", "trace=" + strings.Join(slices.Concat(changes, []string{"close"}), ",")}

// errnos are the faults of a disk, and how strerror(3) puts them.
var errnos = [][2]string{
	{"EIO", "input/output error"}, {"ENOSPC", "no space left on device"},
	{"EROFS", "read-only file system"}, {"EDQUOT", "disk quota exceeded"},
}

// disturbances lists what may happen to a command whose undisturbed run had these
// calls below home, and took so long.
func disturbances(kind, trace string, home home, took time.Duration) (all []disturbance) {
	inject := func(s step, how, told string) {
		arg := fmt.Sprintf("inject=%s:%s:when=%d", s.call, how, s.n)
		all = append(all, disturbance{slices.Concat([]string{"strace"}, recording, []string{"-e", arg}), told})
	}
	switch kind {
	case "kill":
		for _, s := range steps(trace, home, changes) {
			inject(s, "signal=KILL", "")
		}
	case "fail":
		for _, s := range steps(withoutLesser(trace), home, writes) {
			for _, e := range errnos {
				inject(s, "error="+e[0], e[1])
			}
		}
	case "random":
		for range 3 * moments { // some come too late
			moment := fmt.Sprint(rand.Float64() * took.Seconds() / 2) // strace takes as long again
			all = append(all, disturbance{argv: []string{"timeout", "--signal=KILL", moment}})
		}
	}
	return all
}

// moments is how many random kills of a command have to come to pass, with the flag
// -long: 1,000 of the four commands of TestCrashes.
const moments = 250

var (
	inDirectory = regexp.MustCompile(`\d+<(/[^>]*)>, "([^"/]+)"`)
	descriptor  = regexp.MustCompile(`"/proc/self/fd/(\d+)"`)
	opened      = regexp.MustCompile(` = (\d+)<(/[^>]*)>$`)
)

// wholePaths has each call of a trace tell the paths of its files, where it tells names in
// a directory, or the descriptors of what has been opened before.
func wholePaths(trace string) string {
	paths := map[string]string{}
	var b strings.Builder
	for line := range strings.Lines(trace) {
		call, arguments, _ := strings.Cut(line, "(")
		if strings.HasSuffix(call, "at") || strings.HasSuffix(call, "at2") {
			line = call + "(" + inDirectory.ReplaceAllString(arguments, `"$1/$2"`)
		}
		line = descriptor.ReplaceAllStringFunc(line, func(name string) string {
			if path := paths[descriptor.FindStringSubmatch(name)[1]]; path != "" {
				return `"` + path + `"`
			}
			return name
		})
		if m := opened.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			paths[m[1]] = m[2]
		}
		b.WriteString(line)
	}
	return b.String()
}

// A step is the n-th call of a thread. strace counts calls by threads and by names.
type step struct {
	call string
	n    int
}

// call matches a line of strace -f -y up to the path of the file or descriptor.
var call = regexp.MustCompile(`^(\d+) +(\w+)\((?:AT_FDCWD<[^>]*>, |\d+<)?"?(/[^">]*)?(.*)`)

// steps lists those of the calls that are about files of the home, each once.
func steps(trace string, home home, calls []string) (list []step) {
	count := map[string]int{}
	for line := range strings.Lines(trace) {
		m := call.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		count[m[1]+m[2]]++
		s := step{m[2], count[m[1]+m[2]]}
		if slices.Contains(calls, s.call) && changesFile(m, home) && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// changesFile reports whether a call is about a file of the home, and not only
// opens it to read, or closes what could be lost no more.
func changesFile(m []string, home home) bool {
	path := m[3]
	switch {
	case !home.holds(path):
		return false
	case m[2] == "openat":
		return strings.Contains(m[4], "O_CREAT")
	case m[2] == "close":
		return temporary.MatchString(path)
	}
	return true
}

// lesser files are kept as well as may be: a run that cannot write these says so, and goes on.
var lesser = regexp.MustCompile(`/(audit\.log|\.?github-token[^/]*\.earlier\d*)$`)

// withoutLesser names the calls on lesser files otherwise: they count, and are no steps.
func withoutLesser(trace string) string {
	var b strings.Builder
	for line := range strings.Lines(trace) {
		if m := call.FindStringSubmatch(line); m != nil && lesser.MatchString(m[3]) {
			line = strings.ReplaceAll(line, m[3], "")
		}
		b.WriteString(line)
	}
	return b.String()
}

// injected reports whether the call that was given an error is one that a run must
// not get over. What unlink(2) refuses may be a directory, and go by rmdir(2). Several
// threads may have been given one, and what is told is lost like that, too.
func injected(trace string, home home) (looked bool) {
	for line := range strings.Lines(trace) {
		m := call.FindStringSubmatch(line)
		if m == nil || !strings.Contains(line, "(INJECTED)") {
			continue
		}
		if !changesFile(m, home) || lesser.MatchString(m[3]) || strings.Contains(trace, `"`+m[3]+`", AT_REMOVEDIR) = 0`) {
			return false
		}
		looked = true
	}
	return looked
}
