package systemd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

func unitDir() string { return filepath.Join(os.Getenv("HOME"), ".config/systemd/user") }

// writeUnit writes a unit file of the host's user.
func writeUnit(t *testing.T, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(unitDir(), name)
	must(t, os.MkdirAll(unitDir(), 0o700))
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantUnit compares what does not depend on time.
func wantUnit(t *testing.T, m *Manager, name string, want Unit) Unit {
	t.Helper()
	u, err := m.Unit(t.Context(), name)
	must(t, err)
	got := u
	got.Last, got.Next = time.Time{}, time.Time{}
	if want.Result == "" {
		want.Result = got.Result
	}
	if len(got.DropIns) == 0 {
		got.DropIns = nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", name, got, want)
	}
	return u
}

// await waits until a unit is as it is to be.
func await(t *testing.T, m *Manager, name string, holds func(Unit) bool) Unit {
	t.Helper()
	for range 500 {
		u, err := m.Unit(t.Context(), name)
		must(t, err)
		if holds(u) {
			return u
		}
		time.Sleep(10 * time.Millisecond)
	}
	u, _ := m.Unit(t.Context(), name)
	t.Fatalf("%s is still %+v", name, u)
	return u
}

func TestServiceFails(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	before := time.Now()
	writeUnit(t, "probe.service", "[Service]\nType=oneshot\nExecStart=sh -c 'exit 3'\n")
	must(t, m.Reload(t.Context()))
	for verb, do := range map[string]func(context.Context, string) error{"start": m.Start, "restart": m.Restart} {
		err := do(t.Context(), "probe.service")
		want := verb + ` probe.service: systemd says "failed"; see systemctl --user status probe.service`
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	u := wantUnit(t, m, "probe.service",
		Unit{Load: "loaded", File: "static", Active: "failed", Sub: "failed", Result: "exit-code", Status: 3})
	if u.Last.Before(before) || u.Last.After(time.Now()) || !u.Next.IsZero() {
		t.Errorf("last %v, next %v", u.Last, u.Next)
	}
}

func TestServiceRuns(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	writeUnit(t, "probe.service", "[Service]\nExecStart=sleep 1000\n")
	must(t, m.Reload(t.Context()))
	must(t, m.Start(t.Context(), "probe.service"))
	running := Unit{Load: "loaded", File: "static", Active: "active", Sub: "running", Result: "success"}
	first := wantUnit(t, m, "probe.service", running)
	must(t, m.Restart(t.Context(), "probe.service"))
	second := wantUnit(t, m, "probe.service", running)
	if !second.Last.After(first.Last) {
		t.Errorf("restarted at %v, was started at %v", second.Last, first.Last)
	}
	must(t, m.TryRestart(t.Context(), "probe.service"))
	third := wantUnit(t, m, "probe.service", running)
	if !third.Last.After(second.Last) {
		t.Errorf("restarted at %v, was started at %v", third.Last, second.Last)
	}
	must(t, m.Stop(t.Context(), "probe.service"))
	must(t, m.TryRestart(t.Context(), "probe.service"))
	if u, err := m.Unit(t.Context(), "probe.service"); u.Active != "inactive" || err != nil {
		t.Errorf("stopped: %+v, %v", u, err)
	}
}

// TestTryRestartFails: a program that is gone, or ends at once, is told of, although
// systemd says that the service has started.
func TestTryRestartFails(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	for name, tt := range map[string]struct{ more, want string }{
		"gone.service":  {"", "is failed (exit-code)"},
		"again.service": {"Restart=always\nRestartSec=1\n", "is activating (exit-code)"},
	} {
		dir := t.TempDir()
		program, started := filepath.Join(dir, "program"), filepath.Join(dir, "started")
		must(t, os.WriteFile(program, []byte("#!/bin/sh\ntouch "+started+"\nexec sleep 1000\n"), 0o700))
		writeUnit(t, name, "[Service]\n"+tt.more+"ExecStart="+program+"\n")
		must(t, m.Reload(t.Context()))
		must(t, m.Start(t.Context(), name))
		for _, err := os.Stat(started); err != nil; _, err = os.Stat(started) { // it counts as started before it is executed
			time.Sleep(10 * time.Millisecond)
		}
		must(t, os.Remove(program))
		if err := m.TryRestart(t.Context(), name); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
		must(t, m.Stop(t.Context(), name))
	}
}

// One that has failed too often starts again once that is forgotten.
func TestResetFailed(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m, ctx := connect(t), t.Context()
	writeUnit(t, "probe.service", "[Unit]\nStartLimitBurst=1\nStartLimitIntervalSec=1h\n[Service]\nType=oneshot\nExecStart=test -e /tmp/probe-may-start\n")
	must(t, m.Reload(ctx))
	if m.Start(ctx, "probe.service") == nil {
		t.Fatal("it started")
	}
	must(t, os.WriteFile("/tmp/probe-may-start", nil, 0o600))
	t.Cleanup(func() { os.Remove("/tmp/probe-may-start") })
	if m.Start(ctx, "probe.service") == nil {
		t.Fatal("it started in spite of the limit")
	}
	must(t, m.ResetFailed(ctx, "probe.service"))
	if u, err := m.Unit(ctx, "probe.service"); u.Active != "inactive" || err != nil {
		t.Errorf("reset: %+v, %v", u, err)
	}
	must(t, m.Start(ctx, "probe.service"))
}

func TestStartIsCancelled(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	writeUnit(t, "probe.service", "[Service]\nType=oneshot\nExecStart=sleep 1000\n")
	must(t, m.Reload(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := m.Start(ctx, "probe.service")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "probe.service") {
		t.Errorf("got %v", err)
	}
	await(t, m, "probe.service", func(u Unit) bool { return u.Sub == "start" })
}

func TestNeedReload(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	writeUnit(t, "probe.service", "[Service]\nExecStart=sleep 1000\n")
	must(t, m.Reload(t.Context()))
	must(t, m.Start(t.Context(), "probe.service"))
	for _, want := range []bool{false, true, false} {
		if u, err := m.Unit(t.Context(), "probe.service"); u.NeedReload != want || err != nil {
			t.Errorf("got %v, %v, want %v", u.NeedReload, err, want)
		}
		if want {
			must(t, m.Reload(t.Context()))
		} else {
			writeUnit(t, "probe.service", "[Service]\nExecStart=sleep 1000\nUMask=0077\n")
		}
	}
}

// What cannot be done is told with the unit's name.
func TestRefused(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	must(t, os.MkdirAll(unitDir(), 0o700))
	must(t, os.Symlink("/dev/null", unitDir()+"/masked.service"))
	must(t, m.Reload(t.Context()))
	wantUnit(t, m, "masked.service", Unit{Load: "masked", File: "masked", Active: "inactive", Sub: "dead"})
	ctx := t.Context()
	for name, err := range map[string]error{
		"start masked.service":                                      m.Start(ctx, "masked.service"),
		"start missing.service":                                     m.Start(ctx, "missing.service"),
		"restart missing.service":                                   m.Restart(ctx, "missing.service"),
		"restart absent.service":                                    m.TryRestart(ctx, "absent.service"),
		"stop missing.service":                                      m.Stop(ctx, "missing.service"),
		"systemctl --user reset-failed missing.service":             m.ResetFailed(ctx, "missing.service"),
		"systemctl --user enable " + unitDir() + "/missing.service": m.Enable(ctx, unitDir()+"/missing.service"),
		"systemctl --user disable no-type":                          m.Disable(ctx, "no-type"),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := m.Disable(ctx, "missing.timer"); err != nil {
		t.Errorf("a unit without a file: %v", err)
	}
	if u, err := m.Unit(ctx, "no-type"); err == nil || !strings.HasPrefix(err.Error(), "no-type: ") {
		t.Errorf("got %+v, %v", u, err)
	}
}
