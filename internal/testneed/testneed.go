// Package testneed says what a test cannot do without. Where that is missing, the test
// is skipped on a developer's machine, and fails where the environment variable CI is
// "true": a test that never runs anywhere proves nothing.
package testneed

import (
	"errors"
	"os"
	"os/exec"
)

// TB is the part of testing.TB that is needed.
type TB interface {
	Helper()
	Skip(...any)
	Fatal(...any)
}

// OK needs there to be no error, which otherwise says what is missing.
func OK(t TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

// Program needs programs in PATH.
func Program(t TB, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := exec.LookPath(name)
		OK(t, err)
	}
}

// Run needs a command to succeed, such as one that asks a program for its version.
func Run(t TB, name string, args ...string) {
	t.Helper()
	OK(t, exec.Command(name, args...).Run())
}

// Root needs the superuser, who can become other users.
func Root(t TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		OK(t, errors.New("this test needs root"))
	}
}
