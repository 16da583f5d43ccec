package testhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// Need says that a test cannot do without a host.
func Need(t testneed.TB) {
	t.Helper()
	testneed.OK(t, Available())
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
