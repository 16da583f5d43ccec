package systemd

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

// insideVar says that this test binary was started by itself in a throw-away host
// or machine, to run one test there.
const insideVar = "SYSTEMD_TEST_INSIDE"

func TestMain(m *testing.M) {
	testhost.Main()
	testboot.Main()
	os.Exit(m.Run())
}

// install is a script that takes this binary from its input and becomes it.
const install = `cd && cat >test && chmod 700 test && exec ./test "$@"`

// args are for the binary that is to run the test t alone.
func args(t *testing.T) []string {
	return []string{"sh", "-c", install, "sh", "-test.run=^" + t.Name() + "$", "-test.v", "-test.timeout=1m"}
}

// self opens this binary.
func self(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// check reports what the test did inside.
func check(t *testing.T, status int, err error, out string) {
	t.Helper()
	if err != nil || status != 0 || !strings.Contains(out, "--- PASS: "+t.Name()) {
		t.Errorf("inside: status %d, %v\n%s", status, err, out)
	}
}

// inHost tells whether the test runs in a throw-away host with a systemd --user.
// If not, it runs it in one.
func inHost(t *testing.T, c testhost.Config) bool {
	t.Helper()
	if os.Getenv(insideVar) != "" {
		return true
	}
	testhost.Need(t)
	var out bytes.Buffer
	c.Env = []string{insideVar + "=1"}
	c.Stdin, c.Stdout, c.Stderr = self(t), &out, &out
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	status, err := testhost.Run(ctx, c, args(t)...)
	check(t, status, err, out.String())
	return false
}

// runtimeDir is the host's user's.
func runtimeDir() string { return os.Getenv("XDG_RUNTIME_DIR") }

// connect connects to the host's manager.
func connect(t *testing.T) *Manager {
	t.Helper()
	m, err := User(t.Context(), runtimeDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}
