package refresh

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

// Both variables make this program play another part than that of a test.
const (
	runVar  = "REFRESH_TEST_RUN"  // a forced run in the directory named
	hostVar = "REFRESH_TEST_HOST" // the test itself, in a throw-away host
)

func TestMain(m *testing.M) {
	testhost.Main()
	if dir := os.Getenv(runVar); dir != "" {
		apps, _ := Apps(dir)
		r := &Refresher{Dir: dir, Now: clock, Env: os.Environ()}
		for _, res := range r.Run(context.Background(), apps, true) {
			fmt.Println(cmp.Or(res.Err, res.GHErr))
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// inHost runs the calling test anew as the ordinary user of a throw-away host,
// and reports whether this is that run.
func inHost(t *testing.T, c testhost.Config) bool {
	t.Helper()
	if os.Getenv(hostVar) != "" {
		return true
	}
	testhost.Need(t)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.Env = append(c.Env, hostVar+"=1", "PATH="+os.Getenv("PATH"))
	status, err := testhost.Run(t.Context(), c, openProgram(t), "-test.run=^"+t.Name()+"$", "-test.v")
	// A test that was skipped or is not there exits with 0, too.
	if err != nil || status != 0 || !strings.Contains(out.String(), "--- PASS: "+t.Name()+" ") {
		t.Errorf("in the host: status %d, %v\n%s", status, err, &out)
	}
	return false
}

// openProgram copies this program to where the host's user can run it: go test
// builds in a directory of its own.
func openProgram(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "refresh-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "refresh.test")
	if err := os.WriteFile(program, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return program
}
