package systemd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/godbus/dbus/v5"
)

// Login is a connection to logind, which keeps a user's manager alive after
// the last logout when the user lingers (loginctl(1), enable-linger).
type Login struct {
	conn *dbus.Conn
	uid  int
}

// ConnectLogin connects to logind over the system bus at address (empty: the
// usual one).
func ConnectLogin(ctx context.Context, address string, uid int) (*Login, error) {
	if address == "" {
		address = "unix:path=/run/dbus/system_bus_socket"
	}
	conn, err := dial(ctx, address)
	if err == nil {
		if err = conn.Hello(); err == nil {
			return &Login{conn, uid}, nil
		}
		conn.Close()
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("no system bus runs")
	}
	return nil, fmt.Errorf("logind cannot be asked: %w", cmp.Or(ctx.Err(), err))
}

// Close ends the connection.
func (l *Login) Close() { l.conn.Close() }

// Linger reports whether the user lingers. logind makes an object only for
// users who are logged in or linger, so one whom it does not know does not.
func (l *Login) Linger(ctx context.Context) (bool, error) {
	var v dbus.Variant
	path := dbus.ObjectPath("/org/freedesktop/login1/user/_" + strconv.Itoa(l.uid))
	err := l.conn.Object("org.freedesktop.login1", path).CallWithContext(ctx,
		"org.freedesktop.DBus.Properties.Get", 0, "org.freedesktop.login1.User", "Linger").Store(&v)
	if e, ok := err.(dbus.Error); ok && e.Name == "org.freedesktop.DBus.Error.UnknownObject" {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("logind cannot be asked: %w", err)
	}
	on, _ := v.Value().(bool)
	return on, nil
}

// MaySetLinger reports whether logind would let this process change lingering
// without asking anybody for a password. It asks polkit for the action that
// logind asks it for when users change their own (org.freedesktop.login1(5),
// "SetUserLinger"); where polkit does not answer, logind denies too.
func (l *Login) MaySetLinger(ctx context.Context) bool {
	type subject struct {
		Kind    string
		Details map[string]dbus.Variant
	}
	var answer struct {
		Authorized, Challenge bool
		Details               map[string]string
	}
	self := subject{"system-bus-name", map[string]dbus.Variant{"name": dbus.MakeVariant(l.conn.Names()[0])}}
	err := l.conn.Object("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority").CallWithContext(ctx,
		"org.freedesktop.PolicyKit1.Authority.CheckAuthorization", 0,
		self, "org.freedesktop.login1.set-self-linger", map[string]string{}, uint32(0), "").Store(&answer)
	return err == nil && answer.Authorized
}

// SetLinger turns lingering on or off, without asking for a password.
func (l *Login) SetLinger(ctx context.Context, on bool) error {
	err := l.conn.Object("org.freedesktop.login1", "/org/freedesktop/login1").CallWithContext(ctx,
		"org.freedesktop.login1.Manager.SetUserLinger", 0, uint32(l.uid), on, false).Err
	if err != nil {
		return fmt.Errorf("logind refuses: %w", err)
	}
	return nil
}
