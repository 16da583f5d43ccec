package testboot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// TB is the part of testing.TB that [Start] uses.
type TB interface {
	testneed.TB
	Cleanup(func())
	Context() context.Context
}

// Start boots a machine with some more packages, of this machine's own suite, for
// the time of a test, or does what [Need] does.
func Start(t TB, packages ...string) *Machine {
	t.Helper()
	Need(t)
	root, err := Root(t.Context(), "", packages...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Boot(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	return m
}

// Need says that a test cannot do without a machine that is booted.
func Need(t testneed.TB) {
	t.Helper()
	testneed.OK(t, Available())
}

// Available says whether [Root] and [Boot] can do their work here and, if not,
// what they lack. It builds and boots nothing.
func Available() error { return available() }

var available = sync.OnceValue(func() error {
	if os.Geteuid() != 0 {
		return errors.New("a throw-away machine needs root")
	}
	for _, name := range []string{"debootstrap", "nsenter"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("a throw-away machine needs debootstrap and util-linux: %w", err)
		}
	}
	if _, err := findSource(""); err != nil {
		return fmt.Errorf("a throw-away machine needs a Debian archive: %w", err)
	}
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("a throw-away machine needs full root: new namespaces: %w", err)
	}
	return nil
})
