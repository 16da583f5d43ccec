package refresh

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A Program is one that runs, as a process of this user's.
type Program struct {
	PID      int
	Variable string    // that gh takes there instead of its stored login; empty: it takes the login
	Started  time.Time // to the second; zero: that cannot be told
	Unit     string    // the service that it belongs to, empty if to none
	System   bool      // the unit is the system's, and not the user's
}

// Running lists the processes of this user below proc, which is /proc, that run
// program, itself or by an interpreter, each with what gh would take before its login
// for host.
func Running(proc, program, host string) (all []Program) {
	boot := bootTime(proc)
	for _, p := range processes(proc) {
		if env := p.texts("environ"); p.runs(program) && p.ours() && len(env) > 0 {
			unit, system := p.unit()
			all = append(all, Program{p.pid, Shadow(host, env), p.started(boot), unit, system})
		}
	}
	return all
}

// runs reports whether the process was started as program, or as an interpreter with
// program for its first argument, as a script is (execve(2)).
func (p process) runs(program string) bool {
	argv := p.texts("cmdline")
	return slices.ContainsFunc(argv[:min(2, len(argv))], func(word string) bool { return filepath.Base(word) == program })
}

// ours reports whether the process is this user's: root may look into all of them.
func (p process) ours() bool {
	info, err := os.Stat(p.dir)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

// unit gives the service that the process belongs to: the last one in the path of its
// control group in systemd's hierarchy, below a manager's own if it is a user's
// (proc_pid_cgroup(5), systemd.slice(5)).
func (p process) unit() (name string, system bool) {
	data, _ := os.ReadFile(filepath.Join(p.dir, "cgroup"))
	for line := range strings.Lines(string(data)) {
		hierarchy, path, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, _ := strings.Cut(path, ":")
		if hierarchy != "0" && controllers != "name=systemd" {
			continue
		}
		name, system = "", true
		for part := range strings.SplitSeq(path, "/") {
			switch {
			case strings.HasPrefix(part, "user@") && strings.HasSuffix(part, ".service"):
				name, system = "", false
			case strings.HasSuffix(part, ".service"):
				name = part
			}
		}
		if name != "" {
			return name, system
		}
	}
	return "", false
}

// userHZ is how many of its ticks the kernel tells of in a second, on all that Go
// runs on (sysconf(3), _SC_CLK_TCK).
const userHZ = 100

// started tells when the process was: the twenty-second field of its stat, the second
// of which may hold anything, in ticks since boot (proc_pid_stat(5)).
func (p process) started(boot int64) time.Time {
	data, _ := os.ReadFile(filepath.Join(p.dir, "stat"))
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	if len(fields) < 20 || boot == 0 {
		return time.Time{}
	}
	ticks, err := strconv.ParseInt(fields[19], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(boot+ticks/userHZ, 0)
}

// bootTime gives the seconds since the epoch at which the kernel was booted, or zero
// (proc_stat(5), btime).
func bootTime(proc string) int64 {
	data, _ := os.ReadFile(filepath.Join(proc, "stat"))
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "btime "); ok {
			boot, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return boot
		}
	}
	return 0
}
