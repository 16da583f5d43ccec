package main

import (
	"context"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// connectTimeout bounds the wait for systemd and logind to take a connection.
const connectTimeout = 10 * time.Second

// connect reaches the user's systemd and logind, where there are any. The
// connections end with ctx.
func (w *world) connect(ctx context.Context) (h plan.Host, disconnect func()) {
	ctx, cancel := context.WithCancel(ctx)
	defer time.AfterFunc(connectTimeout, cancel).Stop()
	manager, err := systemd.User(ctx, w.runtimeDir())
	if h.UnitsErr = err; err == nil {
		h.Units = manager
	}
	login, err := systemd.ConnectLogin(ctx, w.getenv("DBUS_SYSTEM_BUS_ADDRESS"), w.uid)
	if h.LoginErr = err; err == nil {
		h.Login = login
	}
	w.detail("systemd --user: %s; logind: %s", reached(h.UnitsErr), reached(h.LoginErr))
	return h, cancel
}

func reached(err error) string {
	if err == nil {
		return "reached"
	}
	return err.Error()
}

// reach connects the job to the host whose key directory is dir, until end is
// called.
func (w *world) reach(ctx context.Context, j *job, dir string) (end func()) {
	if w.root != "" {
		j.host = w.stillHost(j)
		return func() {}
	}
	j.host, end = w.connect(ctx)
	r := w.refresher(dir)
	j.host.Verify = w.verifyUnits
	j.host.KeyStore = vaultStore{j.spec, w.vaultToken, w.slow}
	j.host.Plugin = w.pluginOf(j)
	j.host.Revoke = func(ctx context.Context, tokenFile string) error {
		return j.leave(r.Revoke(ctx, tokenFile), "the token was not revoked", "it dies by itself within the hour")
	}
	j.host.LogOut = func(ctx context.Context, stamp string) error {
		return j.leave(r.LogOutGH(ctx, stamp), "gh still has its login", "run: gh auth logout")
	}
	j.host.ClearGH = func(_ context.Context, file string) error { return r.ClearGH(file) }
	return end
}

// leave keeps an error that must not keep the rest from going.
func (j *job) leave(err error, what, remedy string) error {
	if err != nil {
		j.left = append(j.left, &failure{statusOf(err), what + ": " + err.Error(), remedy})
	}
	return nil
}
