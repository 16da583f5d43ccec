// Package systemd asks and tells systemd, and logind, over D-Bus. It is the
// only importer of the D-Bus libraries. Names of properties and methods are
// those of org.freedesktop.systemd1(5) and org.freedesktop.login1(5).
package systemd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	sd "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
)

// Unit is what systemd knows of a unit.
type Unit struct {
	Load       string    // loaded, not-found, masked, bad-setting, …
	File       string    // enabled, disabled, masked, static, …; empty: no file
	Active     string    // active, inactive, failed, activating, …
	Sub        string    // waiting, running, dead, …
	NeedReload bool      // the files changed since they were loaded
	DropIns    []string  // the files that change the unit, as loaded (systemd.unit(5))
	Result     string    // of the last run: success, exit-code, timeout, …
	Status     int       // exit status of the last run; services only
	Last       time.Time // start of the last run, or last elapse of a timer; zero: never
	Next       time.Time // next elapse; timers only; zero: none or unknown
	Listen     string    // the path or address that a socket listens at; sockets only
}

// Manager is a connection to a service manager: a user's, or the system's.
type Manager struct {
	conn      *sd.Conn
	systemctl string // how people ask the same one
}

// User connects to the service manager of the calling user. It speaks to the
// manager's own socket below runtimeDir ($XDG_RUNTIME_DIR), as systemctl does,
// so that no message bus is needed.
func User(ctx context.Context, runtimeDir string) (*Manager, error) {
	if runtimeDir == "" {
		return nil, errors.New("XDG_RUNTIME_DIR is not set")
	}
	socket := filepath.Join(runtimeDir, "systemd/private")
	if _, err := os.Stat(socket); err != nil {
		return nil, fmt.Errorf("no systemd --user is running: %w", err)
	}
	return connectTo(ctx, socket, "systemd --user", "systemctl --user")
}

// System connects to the system's service manager, which takes root alone, by its
// own socket, as systemctl does.
func System(ctx context.Context) (*Manager, error) {
	const socket = "/run/systemd/private"
	if _, err := os.Stat(socket); err != nil {
		return nil, fmt.Errorf("this system was not booted with systemd: %w", err)
	}
	return connectTo(ctx, socket, "systemd", "systemctl")
}

func connectTo(ctx context.Context, socket, name, systemctl string) (*Manager, error) {
	conn, err := sd.NewConnection(func() (*dbus.Conn, error) {
		return dial(ctx, "unix:path="+dbus.EscapeBusAddressValue(socket))
	})
	if err != nil {
		return nil, fmt.Errorf("%s does not answer at %s: %w", name, socket, cmp.Or(ctx.Err(), err))
	}
	return &Manager{conn, systemctl}, nil
}

// dial makes a connection without Hello: the peer is no bus.
func dial(ctx context.Context, address string) (*dbus.Conn, error) {
	conn, err := dbus.Dial(address, dbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	methods := []dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Getuid()))}
	if err := conn.Auth(methods); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// Close ends the connection.
func (m *Manager) Close() { m.conn.Close() }

// UnitPath gives the directories that the manager reads units from.
func (m *Manager) UnitPath() ([]string, error) { return m.texts("UnitPath") }

// Environment gives the variables that the manager starts services with.
func (m *Manager) Environment() (map[string]string, error) {
	lines, err := m.texts("Environment")
	vars := map[string]string{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		vars[name] = value
	}
	return vars, err
}

// texts gives a property of the manager that is a list of strings.
func (m *Manager) texts(property string) ([]string, error) {
	text, err := m.conn.GetManagerProperty(property)
	if err != nil {
		return nil, err
	}
	v, err := dbus.ParseVariant(text, dbus.SignatureOf([]string{}))
	if err != nil {
		return nil, err
	}
	list, _ := v.Value().([]string)
	return list, nil
}

// Unit tells about the unit name, which need not exist.
func (m *Manager) Unit(ctx context.Context, name string) (Unit, error) {
	props, err := m.conn.GetAllPropertiesContext(ctx, name)
	if err != nil {
		return Unit{}, fmt.Errorf("%s: %w", name, err)
	}
	u := Unit{
		Load: get[string](props, "LoadState"), File: get[string](props, "UnitFileState"),
		Active: get[string](props, "ActiveState"), Sub: get[string](props, "SubState"),
		NeedReload: get[bool](props, "NeedDaemonReload"), DropIns: get[[]string](props, "DropInPaths"), Result: get[string](props, "Result"),
		Status: int(get[int32](props, "ExecMainStatus")),
		Last:   wallClock(get[uint64](props, "ExecMainStartTimestamp")),
		Next:   nextElapse(get[uint64](props, "NextElapseUSecRealtime"), get[uint64](props, "NextElapseUSecMonotonic")),
	}
	if at := get[[][]any](props, "Listen"); len(at) > 0 && len(at[0]) == 2 { // each is a kind and an address
		u.Listen, _ = at[0][1].(string)
	}
	if filepath.Ext(name) == ".timer" {
		u.Last = wallClock(get[uint64](props, "LastTriggerUSec"))
	}
	return u, nil
}

// Reload makes the manager read its unit files again.
func (m *Manager) Reload(ctx context.Context) error {
	return m.named("daemon-reload", "", m.conn.ReloadContext(ctx))
}

// Enable enables the unit in the file path, and reloads, as systemctl(1) does: to
// systemd 262 the link makes all units with a file stale.
func (m *Manager) Enable(ctx context.Context, path string) error {
	if _, _, err := m.conn.EnableUnitFilesContext(ctx, []string{path}, false, false); err != nil {
		return m.named("enable", path, err)
	}
	return m.Reload(ctx)
}

// Disable disables the unit name, and reloads. One that has no file has nothing
// to disable.
func (m *Manager) Disable(ctx context.Context, name string) error {
	_, err := m.conn.DisableUnitFilesContext(ctx, []string{name}, false)
	if e, ok := errors.AsType[dbus.Error](err); ok && e.Name == "org.freedesktop.systemd1.NoSuchUnit" {
		return nil
	}
	if err != nil {
		return m.named("disable", name, err)
	}
	return m.Reload(ctx)
}

// Start starts the unit name and waits until it has started.
func (m *Manager) Start(ctx context.Context, name string) error {
	return m.wait(ctx, name, "start", m.conn.StartUnitContext)
}

// ResetFailed has a failed unit be inactive, with its start limit as it was at first.
func (m *Manager) ResetFailed(ctx context.Context, name string) error {
	return m.named("reset-failed", name, m.conn.ResetFailedUnitContext(ctx, name))
}

// Restart restarts the unit name and waits until it has started.
func (m *Manager) Restart(ctx context.Context, name string) error {
	return m.wait(ctx, name, "restart", m.conn.RestartUnitContext)
}

// Stop stops the unit name and waits until it has stopped.
func (m *Manager) Stop(ctx context.Context, name string) error {
	return m.wait(ctx, name, "stop", m.conn.StopUnitContext)
}

type job func(ctx context.Context, name, mode string, done chan<- string) (int, error)

func (m *Manager) wait(ctx context.Context, name, verb string, queue job) error {
	done := make(chan string, 1)
	if _, err := queue(ctx, name, "replace", done); err != nil {
		return fmt.Errorf("%s %s: %w", verb, name, err)
	}
	select {
	case result := <-done:
		if result != "done" {
			return fmt.Errorf("%s %s: systemd says %q; see %s status %s", verb, name, result, m.systemctl, name)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s %s: %w", verb, name, ctx.Err())
	}
}

// named says what failed, since systemd's own words may not.
func (m *Manager) named(verb, unit string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", strings.TrimSpace(m.systemctl+" "+verb+" "+unit), err)
}

func get[T any](props map[string]any, name string) T {
	v, _ := props[name].(T)
	return v
}

const never = ^uint64(0) // USEC_INFINITY

// wallClock turns microseconds since 1970 into a time; 0 and infinity mean
// never.
func wallClock(usec uint64) time.Time {
	if usec == 0 || usec == never {
		return time.Time{}
	}
	return time.UnixMicro(int64(usec))
}
