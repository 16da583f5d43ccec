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
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"github.com/rogpeppe/go-internal/testscript"
)

var long = flag.Bool("long", false, "disturb the program at every step, not at a sample of them, and at 1,000 moments")

// longVar tells the process in the host of the flag.
const longVar = "GHAUTH_LONG"

// sample is how many disturbances of a command are tried without the flag, unless the
// story's variable CRASH_SAMPLE says otherwise.
const sample = 12

// TestCrashes runs every story of testdata/crash in a host of its own: what writes
// files is killed, or given an error, at its system calls.
func TestCrashes(t *testing.T) {
	testhost.Need(t)
	testneed.Program(t, "strace")
	buildLocked(t)
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
				inHost(t, file, storyLimit)
			}
		})
	}
}

// TestBootedCrashes is that for what root writes, on machines.
func TestBootedCrashes(t *testing.T) {
	testboot.Need(t)
	buildLocked(t)
	limit, env := machineTime, []string(nil)
	if *long {
		limit, env = 5*time.Hour, []string{longVar + "=1"}
	}
	onMachines(t, "testdata/crash/booted/*.txtar", limit, func(story string) (string, error) {
		return testboot.Root(t.Context(), "", machineOf(story).packages...)
	}, env...)
}

// lockedName is, in the directory of the tools, a program that differs from the real one
// in one thing: its main goroutine has a thread to itself. strace counts the calls of
// each thread for itself, and would else miss those after a change of threads.
const lockedName = "locked/ghauth-provision"

func buildLocked(t *testing.T) {
	added := filepath.Join(t.TempDir(), "locked.go")
	if err := os.WriteFile(added, []byte("package main\n\nimport \"runtime\"\n\nfunc init() { runtime.LockOSThread() }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	buildChanged(t, lockedName, map[string]string{"locked.go": added})
}

// A crasher disturbs a command, each time from the state that stands at first, and at
// the end; and looks at what is left, and at what the run after it makes of that.
type crasher struct {
	ts            *testscript.TestScript
	home          home
	again         string // a shell script: the run after it, which has to succeed
	command       []string
	before, after snapshot // a run that nobody disturbs
}

// crash is a command of stories:
//
//	crash kill AGAIN CMD...    killed before each call that changes files
//	crash fail AGAIN CMD...    each call that writes files is given an error
//	crash random AGAIN CMD...  killed at a random moment
func crash(ts *testscript.TestScript, _ bool, args []string) {
	c := crasher{ts: ts, home: homeOf(ts), again: ts.MkAbs(args[1]), command: args[2:]}
	c.home.save()
	c.before = c.home.look()
	start := time.Now()
	c.run("strace", recording...)
	took := time.Since(start)
	if told, err := c.next(); err != nil {
		ts.Fatalf("after an undisturbed run: %v\n%s", err, told)
	}
	c.after = c.home.look()
	all := disturbances(args[0], string(c.trace()), c.home, took)
	stride := 1
	if os.Getenv(longVar) == "" {
		stride = max(1, len(all)/cmp.Or(number(ts.Getenv("CRASH_SAMPLE")), sample))
	}
	tried, hit := 0, 0
	var problems []string
	enough := func() bool { return args[0] == "random" && hit == moments }
	for i := rand.IntN(stride); i < len(all) && !enough(); i += stride {
		if tried++; tried%50 == 0 {
			tellFigure("%s %s: %d of %d tried", args[0], strings.Join(c.command, " "), tried, len(all))
		}
		c.restore()
		came, problem := c.disturb(all[i])
		if came {
			hit++
		}
		if problem != "" {
			first, _, _ := strings.Cut(problem, "\n")
			tellFigure("%s %s: %s", all[i], strings.Join(c.command, " "), first)
			problems = append(problems, fmt.Sprintf("%s: %s\n%s", all[i], problem, last(c.trace())))
		}
	}
	c.restore()
	tellFigure("%s %s: %d of %d disturbances tried, %d came to pass, %d went wrong", args[0], strings.Join(c.command, " "), tried, len(all), hit, len(problems))
	if hit == 0 || args[0] == "random" && stride == 1 && !enough() || args[0] != "random" && hit < tried/3 {
		ts.Fatalf("of %d disturbances only %d hit", tried, hit)
	}
	if len(problems) > 0 {
		ts.Fatalf("%s", strings.Join(problems, "\n"))
	}
}

// disturb reports whether the disturbance came to pass, as threads do not always have
// the calls that they had when they were recorded, and what is wrong after it.
func (c crasher) disturb(d disturbance) (came bool, problem string) {
	state, told := c.run(d.argv[0], d.argv[1:]...)
	trace := c.trace()
	killed := state.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL || state.ExitCode() == 128+int(syscall.SIGKILL)
	failed := d.told != "" && injected(trace, c.home)
	if d.told != "" && !failed {
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
	return killed || failed, ""
}

// owned reports whether a run has owned up to an error of the disk: by its status and
// with what to do, unless only a lesser file was lost.
func owned(told, how string, status int) bool {
	const noWrite = 73
	lost := strings.Contains(told, "the token before cannot be told from others") || strings.Contains(told, "no record was kept: ")
	return strings.Contains(told, how) && (status == noWrite && strings.Contains(told, "what to do: ") || lost)
}

// run runs the command by way of another, and returns how it ended and what it told.
func (c crasher) run(by string, args ...string) (*os.ProcessState, string) {
	if err := os.WriteFile(c.ts.MkAbs("trace"), nil, 0o600); err != nil {
		c.ts.Fatalf("%v", err)
	}
	cmd := exec.Command(by, append(args[:len(args):len(args)], c.command...)...)
	c.equip(cmd)
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
func (c crasher) restore() {
	c.home.restore()
	if script := c.ts.MkAbs("reset.sh"); exists(script) {
		if out, err := exec.Command("sh", script).CombinedOutput(); err != nil {
			c.ts.Fatalf("%s: %v\n%s", script, err, out)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// equip has the command run where the story does, and as locked.
func (c crasher) equip(cmd *exec.Cmd) {
	cmd.Dir = c.ts.MkAbs(".")
	// Other goroutines mostly stay on their threads where they always find a free
	// processor.
	cmd.Env = append(os.Environ(), "GOMAXPROCS=16", "PATH="+filepath.Join(toolsDir(), filepath.Dir(lockedName))+":"+os.Getenv("PATH"))
}

// next is the run after, and what it told.
func (c crasher) next() (string, error) {
	cmd := exec.Command("sh", c.again)
	c.equip(cmd)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c crasher) trace() string { return wholePaths(c.ts.ReadFile("trace")) }

// last is the end of a trace, where the disturbance was.
func last(trace string) string {
	lines := strings.SplitAfter(trace, "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "")
}
