package testboot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// requestVar marks a process as a stage and tells it what to do.
const requestVar = "TESTBOOT_REQUEST"

// reportFD is where a stage reports: exec.Cmd.ExtraFiles starts at 3.
const reportFD = 3

const (
	keeperStage = "keeper" // outside, looks after PID 1 and the cgroup
	initStage   = "init"   // PID 1 of the machine, until it becomes systemd
)

// A request is what one stage asks of the next.
type request struct {
	Stage string
	Root  string // what Root returned
	Copy  bool   // copy the tree instead of laying an overlay on it
}

// command makes a stage of this very program, which reports to a file. A stage
// built with the race detector need not linger at its end
// (go.dev/doc/articles/race_detector).
func (r request) command(report *os.File) (*exec.Cmd, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), requestVar+"="+string(b),
		"GORACE="+os.Getenv("GORACE")+" atexit_sleep_ms=0")
	cmd.ExtraFiles = []*os.File{report}
	return cmd, nil
}

// A report is what a stage tells: the process ID of the machine's PID 1, or why
// there is none.
type report struct {
	PID   int
	Error string
}

func (r report) send(to io.Writer) { json.NewEncoder(to).Encode(r) } // nobody may be there

var errNoReport = errors.New("ended without a report")

// receive waits for a stage's report. A stage that becomes another program has
// none to make: its end of the pipe closes.
func receive(from io.Reader) (report, error) {
	var r report
	switch err := json.NewDecoder(from).Decode(&r); {
	case err == io.EOF:
		return r, errNoReport
	case err != nil:
		return r, err
	case r.Error != "":
		return r, errors.New(r.Error)
	}
	return r, nil
}

var mainCalled bool

// Main must be called first in TestMain of every package that uses [Boot]. In the
// package's own stages it takes over and does not return; anywhere else it
// returns at once.
func Main() {
	mainCalled = true
	text, ok := os.LookupEnv(requestVar)
	if !ok {
		return
	}
	os.Unsetenv(requestVar)
	var r request
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		fmt.Fprintf(os.Stderr, "testboot: %s: %v\n", requestVar, err)
		os.Exit(1)
	}
	unix.CloseOnExec(reportFD)
	to := os.NewFile(reportFD, "report")
	stage := r.becomeInit
	if r.Stage == keeperStage {
		stage = func() error { return keep(r, to) }
	}
	if err := stage(); err != nil {
		report{Error: err.Error()}.send(to)
		os.Exit(1)
	}
	os.Exit(0)
}
