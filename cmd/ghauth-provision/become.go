package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// becomeOwner lets root, who may have been called by way of sudo, go on as the
// user whose key directory dir is: what root wrote there would not be theirs,
// and gh would be logged in for root. There is no way back. Where it is root's own,
// root goes on by the path that comes back, which nobody else can lead elsewhere.
func (w *world) becomeOwner(dir string) (string, error) {
	if w.uid != 0 {
		return dir, nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return dir, w.noApp(dir) // and none that comes up now
	}
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if uid == 0 {
		return rootsOwn(dir)
	}
	return dir, w.become(dir, uid)
}

func (w *world) noApp(dir string) error {
	return &failure{exitBadSetup, "no app is provisioned in " + w.tilde(dir), "run: " + program + " apply"}
}

// rootsOwn gives dir by a path without links, in which root alone can put another
// directory in the place of one. Else what was looked at need not be what is read, and an
// app env file may name a command, which would run as root.
func rootsOwn(dir string) (string, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	for part := real; ; part = filepath.Dir(part) {
		info, err := os.Lstat(part)
		if err != nil {
			return "", err
		}
		owner := info.Sys().(*syscall.Stat_t)
		open := info.Mode().Perm()&0o002 != 0 || info.Mode().Perm()&0o020 != 0 && owner.Gid != 0
		if !info.IsDir() || owner.Uid != 0 || open && info.Mode()&fs.ModeSticky == 0 {
			return "", &failure{exitBadSetup, fmt.Sprintf("%s is root's, but is reached by way of %s, where others could put something else in its place", dir, part),
				"run it as the user whose key directory it is to be, and chown it to them; or keep root's own where root alone may write"}
		}
		if part == "/" {
			return real, nil
		}
	}
}

// become gives up root for the user to whom dir belongs.
func (w *world) become(dir string, uid int) error {
	owner, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return &failure{exitBadSetup, fmt.Sprintf("%s belongs to uid %d, whom passwd(5) does not know", dir, uid), "chown it to the user who mints"}
	}
	if err := setUser(owner, uid); err != nil {
		return &failure{exitDenied, fmt.Sprintf("cannot become %s: %v", owner.Username, err), "run it as " + owner.Username}
	}
	w.uid = uid
	w.env = append(slices.DeleteFunc(slices.Clone(w.env), ofRoot),
		"HOME="+owner.HomeDir, "USER="+owner.Username, "LOGNAME="+owner.Username, fmt.Sprintf("XDG_RUNTIME_DIR=/run/user/%d", uid))
	return nil
}

// setUser gives up root for all threads (Go's syscall package sees to that).
func setUser(u *user.User, uid int) error {
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	ids, err := u.GroupIds()
	if err != nil {
		return err
	}
	groups := []int{gid}
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil && n != gid {
			groups = append(groups, n)
		}
	}
	if err := syscall.Setgroups(groups); err != nil {
		return err
	}
	if err := syscall.Setgid(gid); err != nil {
		return err
	}
	return syscall.Setuid(uid)
}

// ofRoot reports whether a variable is about the user that it was set for.
func ofRoot(v string) bool {
	name, _, _ := strings.Cut(v, "=")
	return name == "HOME" || name == "USER" || name == "LOGNAME" || name == "MAIL" ||
		name == "DBUS_SESSION_BUS_ADDRESS" || strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "SUDO_") || strings.HasPrefix(name, "GH_CONFIG")
}
