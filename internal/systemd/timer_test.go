package systemd

import (
	"os"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

const probeService = "[Service]\nType=oneshot\nExecStart=true\n"

const probeTimer = "[Timer]\nOnCalendar=*-01-01 00:00:00 UTC\nAccuracySec=1us\n[Install]\nWantedBy=timers.target\n"

func TestTimer(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	wantUnit(t, m, "probe.timer", Unit{Load: "not-found", Active: "inactive", Sub: "dead"})
	writeUnit(t, "probe.service", probeService)
	path := writeUnit(t, "probe.timer", probeTimer)
	must(t, m.Reload(t.Context()))
	wantUnit(t, m, "probe.timer", Unit{Load: "loaded", File: "disabled", Active: "inactive", Sub: "dead"})

	must(t, m.Enable(t.Context(), path))
	link := unitDir() + "/timers.target.wants/probe.timer"
	if got, err := os.Readlink(link); got != path {
		t.Errorf("enabled: the link is to %q, %v", got, err)
	}
	wantUnit(t, m, "probe.timer", Unit{Load: "loaded", File: "enabled", Active: "inactive", Sub: "dead"})

	waiting := Unit{Load: "loaded", File: "enabled", Active: "active", Sub: "waiting"}
	for name, start := range map[string]func() error{
		"start":   func() error { return m.Start(t.Context(), "probe.timer") },
		"restart": func() error { return m.Restart(t.Context(), "probe.timer") },
	} {
		must(t, start())
		u := wantUnit(t, m, "probe.timer", waiting)
		if want := time.Date(time.Now().UTC().Year()+1, 1, 1, 0, 0, 0, 0, time.UTC); !u.Next.Equal(want) {
			t.Errorf("%s: next at %v, want %v", name, u.Next, want)
		}
		if !u.Last.IsZero() {
			t.Errorf("%s: last at %v", name, u.Last)
		}
	}

	must(t, m.Stop(t.Context(), "probe.timer"))
	must(t, m.Disable(t.Context(), "probe.timer"))
	u := wantUnit(t, m, "probe.timer", Unit{Load: "loaded", File: "disabled", Active: "inactive", Sub: "dead"})
	if !u.Next.IsZero() {
		t.Errorf("stopped: next at %v", u.Next)
	}
	if _, err := os.Lstat(link); !os.IsNotExist(err) {
		t.Errorf("disabled: the link is there: %v", err)
	}
}

func TestMonotonicTimer(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	writeUnit(t, "probe.service", probeService)
	writeUnit(t, "probe.timer", "[Timer]\nOnActiveSec=1h\nOnCalendar=2099-01-01\n")
	must(t, m.Reload(t.Context()))
	must(t, m.Start(t.Context(), "probe.timer"))
	u, err := m.Unit(t.Context(), "probe.timer")
	must(t, err)
	if in := time.Until(u.Next); in < 59*time.Minute || in > time.Hour {
		t.Errorf("next at %v, in %v; want an hour", u.Next, in)
	}
}

// A timer tells when it last went off, and in the end that it will not again.
func TestTimerElapses(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	before := time.Now()
	writeUnit(t, "probe.service", probeService)
	writeUnit(t, "probe.timer", "[Timer]\nOnActiveSec=1ms\nAccuracySec=1us\n")
	must(t, m.Reload(t.Context()))
	must(t, m.Start(t.Context(), "probe.timer"))
	u := await(t, m, "probe.timer", func(u Unit) bool { return u.Sub == "elapsed" })
	if u.Last.Before(before) || u.Last.After(time.Now()) {
		t.Errorf("last at %v, want after %v", u.Last, before)
	}
	if !u.Next.IsZero() {
		t.Errorf("next at %v, want never", u.Next)
	}
	s := await(t, m, "probe.service", func(u Unit) bool { return !u.Last.IsZero() && u.Active == "inactive" })
	if s.Last.Before(before) || s.Last.After(time.Now()) || s.Result != "success" {
		t.Errorf("the service: %+v", s)
	}
}
