package main_test

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/rogpeppe/go-internal/testscript"
)

var long = flag.Bool("long", false, "disturb the program at every step, not at a sample of them, and at 250 moments")

// longVar tells the process in the host of the flag.
const longVar = "GHAUTH_LONG"

// sample is how many disturbances of a command are tried without the flag, unless the
// story's variable CRASH_SAMPLE says otherwise.
const sample = 10

// TestCrashes runs every story of testdata/crash in a host of its own: what writes
// files is killed, or given an error, at its system calls.
func TestCrashes(t *testing.T) {
	testhost.Need(t)
	files, err := filepath.Glob("testdata/crash/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			if *long {
				inHost(t, file, 5*time.Hour, longVar+"=1")
			} else {
				inHost(t, file, 3*storyLimit) // many runs, each of which waits for the disk
			}
		})
	}
}

// TestBootedCrashes is that for what root writes, on machines.
func TestBootedCrashes(t *testing.T) {
	testboot.Need(t)
	limit, env := machineTime, []string(nil)
	if *long {
		limit, env = 5*time.Hour, []string{longVar + "=1"}
	}
	onMachines(t, "testdata/crash/booted/*.txtar", limit, func(story string) (string, error) {
		return testboot.Root(t.Context(), "", machineOf(story).packages...)
	}, env...)
}

// A crasher disturbs a command, each time from the state that stands at first, and at
// the end; and looks at what is left, and at what the run after it makes of that.
type crasher struct {
	ts            *testscript.TestScript
	home          home
	again         string // a shell script: the run after it, which has to succeed
	command       []string
	before, after snapshot      // a run that nobody disturbs
	took          time.Duration // that run at most, without a tracer
}

// crash is a command of stories:
//
//	crash kill AGAIN CMD...    killed before each call that changes files
//	crash fail AGAIN CMD...    each call that writes files is given an error
//	crash random AGAIN CMD...  killed at a random moment
func crash(ts *testscript.TestScript, _ bool, args []string) {
	c := &crasher{ts: ts, home: homeOf(ts), again: ts.MkAbs(args[1]), command: args[2:]}
	c.home.save()
	c.before = c.home.look()
	c.run(recording.argv(0))
	trace := c.trace()
	if told, err := c.next(); err != nil {
		ts.Fatalf("after an undisturbed run: %v\n%s", err, told)
	}
	c.after = c.home.look()
	some, of, want := c.choose(args[0], trace)
	t := tally{kind: args[0], command: strings.Join(c.command, " "), of: of, want: want}
	var problems []string
	for _, d := range some {
		if t.enough() {
			break
		}
		came, problem := c.insist(d)
		t.count(came, problem)
		if problem != "" {
			first, _, _ := strings.Cut(problem, "\n")
			tellFigure("%s %s: %s", d, t.command, first)
			problems = append(problems, fmt.Sprintf("%s: %s\n%s", d, problem, last(c.trace())))
		}
		if t.tried%50 == 0 {
			tellFigure("%s", t)
		}
	}
	c.restore()
	tellFigure("%s", t)
	if err := t.short(); err != nil {
		ts.Fatalf("%v", err)
	}
	if len(problems) > 0 {
		ts.Fatalf("%s", strings.Join(problems, "\n"))
	}
}

// choose gives some of what may happen to the command, whose undisturbed run had this
// trace; of how many that is; and how much of it has to come to pass.
func (c *crasher) choose(kind, trace string) (some []disturbance, of, want int) {
	size := cmp.Or(number(c.ts.Getenv("CRASH_SAMPLE")), sample)
	whole := os.Getenv(longVar) != ""
	if kind == "random" {
		if want = size; whole {
			want = moments
		}
		c.restore()
		start := time.Now()
		c.run([]string{"timeout", "1h"})
		c.took = time.Since(start)
		return kills(3 * want), 3 * want, want // some come too late
	}
	all := injections(kind, trace, c.home)
	stride := 1
	if !whole {
		stride = max(1, len(all)/size)
	}
	for i := rand.IntN(stride); i < len(all); i += stride {
		some = append(some, all[i])
	}
	return some, len(all), max(1, len(some)-len(some)/4)
}

// insist tries a disturbance, and again where its call did not come.
func (c *crasher) insist(d disturbance) (came bool, problem string) {
	for try := 0; try < d.tries && !came; try++ {
		c.restore()
		came, problem = c.disturb(d)
	}
	return came, problem
}

// disturb reports whether the disturbance came to pass, and what is wrong after it.
func (c *crasher) disturb(d disturbance) (came bool, problem string) {
	start := time.Now()
	state, told := c.run(d.argv(c.took))
	killed := state.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL || state.ExitCode() == 128+int(syscall.SIGKILL)
	failed := d.told != 0 && strings.Contains(c.trace(), "\tinjected\n")
	if !killed && !failed {
		c.took = min(c.took, time.Since(start)) // a kill came too late
		return false, ""
	}
	if problem := c.home.torn(c.before, c.after, killed); problem != "" {
		return true, problem + "\n" + told
	}
	if failed && !owned(told, d.told, state.ExitCode()) {
		return true, fmt.Sprintf("status %d\n%s", state.ExitCode(), told)
	}
	again, err := c.next()
	if err != nil {
		return true, fmt.Sprintf("%s\nthe next run: %v\n%s", told, err, again)
	}
	if diff := c.home.look().diff(c.after); diff != "" {
		return true, fmt.Sprintf("the next run ends elsewhere:\n%s\n%s", diff, again)
	}
	return true, ""
}

// owned reports whether a run has owned up to an error of the disk: by its status and
// with what to do, unless only a lesser file was lost.
func owned(told string, how syscall.Errno, status int) bool {
	const noWrite = 73
	lost := strings.Contains(told, " cannot be told from others") || strings.Contains(told, "no record was kept: ")
	return strings.Contains(told, how.Error()) && (status == noWrite && strings.Contains(told, "what to do: "+remedies[how]) || lost)
}

// run runs the command by way of another, and returns how it ended and what it told.
func (c *crasher) run(by []string) (*os.ProcessState, string) {
	cmd := exec.Command(by[0], slices.Concat(by[1:], c.command)...)
	c.equip(cmd)
	cmd.Env = append(cmd.Env, tracerVar+"=yes")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		c.ts.Fatalf("%v", err)
	}
	cityOf(c.ts).mustNotHold(c.ts, "the output", out.String())
	return cmd.ProcessState, out.String()
}

// restore puts back what stood at first. A script reset.sh does the rest of it.
func (c *crasher) restore() {
	c.home.restore()
	if script := c.ts.MkAbs("reset.sh"); exists(script) {
		cmd := exec.Command("sh", script)
		c.equip(cmd)
		if out, err := cmd.CombinedOutput(); err != nil {
			c.ts.Fatalf("%s: %v\n%s", script, err, out)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// passedOn are the variables of a story that its crashing commands see.
var passedOn = []string{"VAULT_TOKEN", "DISPLAY"}

// equip has the command run where the story does, and as the user of the variable
// CRASH_USER, if there is one.
func (c *crasher) equip(cmd *exec.Cmd) {
	cmd.Dir = c.ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "PATH="+c.ts.Getenv("PATH"))
	for _, name := range passedOn {
		cmd.Env = append(cmd.Env, name+"="+c.ts.Getenv(name))
	}
	if name := c.ts.Getenv("CRASH_USER"); name != "" {
		u, err := user.Lookup(name)
		c.ts.Check(err)
		cmd.Env = append(cmd.Env, "HOME="+u.HomeDir, "USER="+name, "XDG_RUNTIME_DIR=/run/user/"+u.Uid)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(number(u.Uid)), Gid: uint32(number(u.Gid))}}
	}
}

// next is the run after, and what it told.
func (c *crasher) next() (string, error) {
	cmd := exec.Command("sh", c.again)
	c.equip(cmd)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *crasher) trace() string { return c.ts.ReadFile("trace") }

// last is the end of a trace, where the disturbance was.
func last(trace string) string {
	lines := strings.SplitAfter(trace, "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "")
}
