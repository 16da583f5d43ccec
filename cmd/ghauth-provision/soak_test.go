package main_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

var soakTime = flag.Duration("soak", 30*time.Second, "how long the soak takes")

// soakVar tells the process in the host of the flag.
const soakVar = "GHAUTH_SOAK"

// TestSoak tells the story of testdata/long/soak.txtar.
func TestSoak(t *testing.T) {
	testhost.Need(t)
	inHost(t, "testdata/long/soak.txtar", *soakTime+storyLimit, soakVar+"="+soakTime.String())
}

// A worker does the same again and again, some times a second.
type worker struct {
	name     string
	every    time.Duration
	work     func() error
	calls    int
	slowest  time.Duration
	failures []string
}

func (w *worker) run(ctx context.Context) {
	for tick := time.Tick(w.every); ctx.Err() == nil; <-tick {
		start := time.Now()
		if err := w.work(); err != nil {
			w.failures = append(w.failures, time.Now().Format(time.TimeOnly)+" "+err.Error())
		}
		w.calls++
		w.slowest = max(w.slowest, time.Since(start))
	}
}

func (w *worker) String() string {
	return fmt.Sprintf("%s: %d calls, %d failed, the slowest took %s", w.name, w.calls, len(w.failures), w.slowest.Round(time.Millisecond))
}

// soak is a command of stories: soak INSTALLATION CONFIG KEYS. It has gh and git work
// beside the timer, which rotates that installation's token, and asks a broker of that
// config, with the keys of that directory.
func soak(ts *testscript.TestScript, _ bool, args []string) {
	limit, err := time.ParseDuration(os.Getenv(soakVar))
	ts.Check(err)
	installation, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	socket := ts.MkAbs("soak.sock")
	broker := startBroker(ts, socket, ts.MkAbs(args[1]), args[2])
	workers := []*worker{
		{name: "gh api", every: 250 * time.Millisecond, work: command("gh", "api", "--silent", "--hostname", "github.localhost", "/installation/repositories")},
		{name: "git fetch", every: 250 * time.Millisecond, work: command("git", "-C", ts.MkAbs("hello"), "fetch", "-q")},
		{name: "broker", every: 80 * time.Millisecond, work: func() error { return asked(socket) }},
	}
	before, start := rotations(ts, installation), time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var at sync.WaitGroup
	for _, w := range workers {
		at.Go(func() { w.run(ctx) })
	}
	sizes := broker.watch(ctx, limit)
	at.Wait()
	took, n := time.Since(start).Round(time.Second), rotations(ts, installation)-before
	tellFigure("rotations in %s: %d", took, n)
	for _, w := range workers {
		tellFigure("%v", w)
		if len(w.failures) > 0 {
			ts.Fatalf("%s failed:\n%s", w.name, strings.Join(w.failures, "\n"))
		}
	}
	if least := int(took/(10*time.Second)) - 1; n < max(1, least) {
		ts.Fatalf("%d rotations, want %d", n, least)
	}
	broker.mustBeFlat(sizes)
}

// rotations counts the tokens of an installation.
func rotations(ts *testscript.TestScript, installation int64) (n int) {
	for _, t := range cityOf(ts).server.Minted() {
		if t.InstallationID == installation {
			n++
		}
	}
	return n
}

func command(name string, args ...string) func() error {
	return func() error {
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
		return err
	}
}

func asked(socket string) error {
	if answer := askRaw(socket, `{"version":1,"app":"broker"}`); answer != "a token" {
		return fmt.Errorf("%s", answer)
	}
	return nil
}

// A service is a process whose size is watched.
type service struct {
	ts  *testscript.TestScript
	pid int
}

func startBroker(ts *testscript.TestScript, socket, config, keys string) service {
	cmd := exec.Command("ghauth-provision", "broker", "--config", config, "--socket", socket)
	cmd.Env = append(os.Environ(), "CREDENTIALS_DIRECTORY="+keys, "STATE_DIRECTORY="+filepath.Dir(socket))
	cmd.Stderr = os.Stderr
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Signal(unix.SIGTERM)
		_ = cmd.Wait()
	})
	for end := time.Now().Add(10 * time.Second); asked(socket) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			ts.Fatalf("the broker does not answer: %v", asked(socket))
		}
	}
	return service{ts, cmd.Process.Pid}
}

// A size is what a process takes at a moment.
type size struct{ kilobytes, files int }

func (s service) size() (now size) {
	status := s.ts.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	_, rest, _ := strings.Cut(status, "VmRSS:") // proc_pid_status(5)
	_, err := fmt.Sscan(rest, &now.kilobytes)
	s.ts.Check(err)
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.pid))
	s.ts.Check(err)
	now.files = len(files)
	return now
}

// watch measures it a hundred times in the time, and at last.
func (s service) watch(ctx context.Context, limit time.Duration) (sizes []size) {
	for tick := time.Tick(limit / 100); ctx.Err() == nil; <-tick {
		sizes = append(sizes, s.size())
	}
	return sizes
}

// mustBeFlat compares the last fifth of the sizes with the second: in the first the
// program warms up.
func (s service) mustBeFlat(sizes []size) {
	fifth := len(sizes) / 5
	early, late := peak(sizes[fifth:2*fifth]), peak(sizes[len(sizes)-fifth:])
	tellFigure("the broker: at first %d KB and %d files, at last %d KB and %d files", early.kilobytes, early.files, late.kilobytes, late.files)
	const slack = 4 << 10 // a leak of 1 KB each time would come to more in twenty minutes
	if late.kilobytes > early.kilobytes+slack || late.files > early.files+2 {
		s.ts.Fatalf("the broker grows: %v", sizes)
	}
}

func peak(sizes []size) size {
	most := slices.MaxFunc(sizes, func(a, b size) int { return a.kilobytes - b.kilobytes })
	most.files = slices.MaxFunc(sizes, func(a, b size) int { return a.files - b.files }).files
	return most
}
