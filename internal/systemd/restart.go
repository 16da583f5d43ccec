package systemd

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// settling is how long a unit is looked at once it has been restarted.
	settling = 3 * time.Second
	// settlingPoll is the time between two of the looks.
	settlingPoll = 50 * time.Millisecond
)

// TryRestart restarts the unit name if it runs, waits until it has started, and looks
// for a few seconds whether it ends again: of a service of Type=simple, systemd says
// that it has started even where its program is not there (systemd.service(5)).
func (m *Manager) TryRestart(ctx context.Context, name string) error {
	before, err := m.Unit(ctx, name)
	if err != nil {
		return err
	}
	if err := m.wait(ctx, name, "restart", m.conn.TryRestartUnitContext); err != nil || !before.up() {
		return err
	}
	return m.stays(ctx, name)
}

// stays watches a unit that has just started.
func (m *Manager) stays(ctx context.Context, name string) error {
	end := time.NewTimer(settling)
	defer end.Stop()
	tick := time.NewTicker(settlingPoll)
	defer tick.Stop()
	for {
		switch u, err := m.Unit(ctx, name); {
		case err != nil:
			return err
		case !u.up() || u.Sub == "auto-restart":
			return fmt.Errorf("restart %s: it has started, and is %s (%s); see %s status %s", name, u.Active, u.Result, m.systemctl, name)
		}
		select {
		case <-tick.C:
		case <-end.C:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("restart %s: %w", name, ctx.Err())
		}
	}
}

// up reports whether u runs, or is about to.
func (u Unit) up() bool {
	return slices.Contains([]string{"active", "activating", "reloading"}, u.Active)
}
