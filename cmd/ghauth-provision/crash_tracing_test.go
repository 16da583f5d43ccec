package main_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
)

// complaint is what sh writes of an error.
var complaint = regexp.MustCompile(`write\t\d\t/dev/null\t\n`)

// A call is left out before a kill, and with an error; and nothing else is.
func TestTracer(t *testing.T) {
	const before, after = "openat\t1\t%[1]s/a\t\nwrite\t1\t%[1]s/a\t", "\nopenat\t1\t%[1]s/b\t\nwrite\t1\t%[1]s/b\t\n"
	for _, tt := range []struct {
		how    string
		status int
		a, b   string
		trace  string
	}{
		{"none", 0, "one\n", "two\n", before + after},
		{"kill", 128 + int(syscall.SIGKILL), "", "", before + "injected\n"},
		{fmt.Sprint(int(syscall.ENOSPC)), 0, "", "two\n", before + "injected" + after},
	} {
		t.Run(tt.how, func(t *testing.T) {
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			argv := disturbance{how: tt.how, at: step{"write", 1, digits.ReplaceAllString(dir, "#$1") + "/a"}}.argv(0)
			cmd := exec.Command("/proc/self/exe", append(argv[1:], "sh", "-c", "echo one >a; echo two >b")...)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), tracerVar+"=yes")
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.status {
				t.Errorf("status %d, want %d", got, tt.status)
			}
			for name, want := range map[string]string{"a": tt.a, "b": tt.b, "trace": fmt.Sprintf(tt.trace, dir)} {
				data, _ := os.ReadFile(filepath.Join(dir, name))
				got := complaint.ReplaceAllString(string(data), "")
				if got != want {
					t.Errorf("%s holds %q, want %q", name, got, want)
				}
			}
		})
	}
}
