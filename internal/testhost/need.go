package testhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
)

// TB is the part of testing.TB that [Need] uses.
type TB interface {
	Helper()
	Skip(...any)
	Fatal(...any)
}

// Need skips the test where no host can be made, and says why. It fails the test
// instead where the environment variable CI is "true": a test that never runs
// anywhere proves nothing.
func Need(t TB) {
	t.Helper()
	err := Available()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}

// Available says whether [Run] can make a host on this machine and, if not, what
// it lacks. It finds out by making one, without a manager, the first time.
func Available() error { return available() }

var available = sync.OnceValue(func() error {
	if managerPath() == "" {
		return errors.New("systemd is not installed: apt-get install systemd dbus-user-session")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	status, err := Run(ctx, Config{NoManager: true}, "true")
	switch {
	// ENOSPC is a limit on namespaces, none at all perhaps (user_namespaces(7)).
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("a throw-away host needs full root or unprivileged user namespaces: %w", err)
	case err != nil:
		return err
	case status != 0:
		return fmt.Errorf("testhost: true exited with status %d", status)
	}
	return nil
})
