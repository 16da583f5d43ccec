package main

import (
	"context"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// connectTimeout bounds the wait for systemd and logind to take a connection.
const connectTimeout = 10 * time.Second

// connect reaches the user's systemd and logind, where there are any, and what
// undoes what was minted in the key directory dir. The connections end with ctx.
func (w *world) connect(ctx context.Context, dir string) (h plan.Host, disconnect func()) {
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
	r := w.refresher(dir)
	h.Revoke = w.warned(r.Revoke)
	h.LogOut = w.warned(r.LogOutGH)
	h.ClearGH = w.warned(func(_ context.Context, file string) error { return refresh.ClearGH(file) })
	return h, cancel
}

// warned makes a warning of an error that must not keep the rest from going.
func (w *world) warned(undo func(context.Context, string) error) func(context.Context, string) error {
	return func(ctx context.Context, path string) error {
		if err := undo(ctx, path); err != nil {
			w.tell(err)
		}
		return nil
	}
}
