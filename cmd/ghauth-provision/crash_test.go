package main_test

import (
	"bytes"
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

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"github.com/rogpeppe/go-internal/testscript"
)

var long = flag.Bool("long", false, "disturb the program at every step, not at a sample of them, and at 1,000 moments")

// longVar tells the process in the host of the flag.
const longVar = "GHAUTH_LONG"

// sample is how many disturbances of a command are tried without the flag.
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
				inHost(t, file, time.Hour, longVar+"=1")
			} else {
				inHost(t, file, storyLimit)
			}
		})
	}
}

// lockedDir, in that of the tools, has a program that differs from the real one in one
// thing: its main goroutine has a thread to itself. strace counts the calls of each
// thread for itself, and would else miss those after a change of threads.
const lockedDir = "locked"

func buildLocked(t *testing.T) {
	dir := t.TempDir()
	here, err := filepath.Abs("locked.go")
	if err != nil {
		t.Fatal(err)
	}
	added, overlay := filepath.Join(dir, "locked.go"), filepath.Join(dir, "overlay.json")
	for name, text := range map[string]string{
		added:   "package main\n\nimport \"runtime\"\n\nfunc init() { runtime.LockOSThread() }\n",
		overlay: fmt.Sprintf(`{"Replace": {%q: %q}}`, here, added), // of go build
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-trimpath", "-overlay", overlay, "-o", filepath.Join(tools, lockedDir, "ghauth-provision"), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
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
	c.next("recorded")
	c.after = c.home.look()
	all := disturbances(args[0], string(c.trace()), c.home.dir, took)
	stride := 1
	if os.Getenv(longVar) == "" {
		stride = max(1, len(all)/sample)
	}
	tried, hit := 0, 0
	for i := rand.IntN(stride); i < len(all); i += stride {
		c.home.restore()
		tried++
		if c.disturb(all[i]) {
			hit++
		}
	}
	c.home.restore()
	ts.Logf("%d of %d disturbances tried, %d hit", tried, len(all), hit)
	if hit == 0 || args[0] != "random" && hit < tried/3 {
		ts.Fatalf("of %d disturbances only %d hit", tried, hit)
	}
}

// disturb reports whether the disturbance came to pass: threads do not always have
// the calls that they had when they were recorded.
func (c crasher) disturb(d disturbance) bool {
	state, told := c.run(d.argv[0], d.argv[1:]...)
	trace := c.trace()
	killed := state.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL || state.ExitCode() == 128+int(syscall.SIGKILL)
	failed := d.told != "" && injected(trace, c.home.dir)
	if d.told != "" && !failed {
		return false
	}
	if problem := c.home.torn(c.before, c.after, killed); problem != "" {
		c.ts.Fatalf("%s: %s\n%s\n%s", d, problem, told, last(trace))
	}
	if failed && !owned(told, d.told, state.ExitCode()) {
		c.ts.Fatalf("%s: status %d\n%s\n%s", d, state.ExitCode(), told, last(trace))
	}
	again := c.next(d.String())
	if diff := c.home.look().diff(c.after); diff != "" {
		c.ts.Fatalf("%s: the next run ends elsewhere:\n%s\n%s\n%s", d, diff, again, last(trace))
	}
	return killed || failed
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

// equip has the command run where the story does, and as locked.
func (c crasher) equip(cmd *exec.Cmd) {
	cmd.Dir = c.ts.MkAbs(".")
	// Other goroutines mostly stay on their threads where they always find a free
	// processor.
	cmd.Env = append(os.Environ(), "GOMAXPROCS=16", "PATH="+filepath.Join(toolsDir(), lockedDir)+":"+os.Getenv("PATH"))
}

func (c crasher) next(what string) string {
	cmd := exec.Command("sh", c.again)
	c.equip(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.ts.Fatalf("%s: the next run: %v\n%s", what, err, out)
	}
	return string(out)
}

func (c crasher) trace() string { return c.ts.ReadFile("trace") }

// last is the end of a trace, where the disturbance was.
func last(trace string) string {
	lines := strings.SplitAfter(trace, "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "")
}
