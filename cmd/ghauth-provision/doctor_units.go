package main

import (
	"context"
	"fmt"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// takopiUnitName is what the checks of Takopi's units are called.
const takopiUnitName = "Takopi's unit"

// restartUnit is the unit that the spec says is Takopi, or nothing.
func (p *takopiPlugin) restartUnit() string {
	if p.j.spec == nil {
		return ""
	}
	return p.j.spec.Takopi.RestartUnit
}

// takopiUnits looks for units that give Takopi a token for its environment: it is
// frozen there. They are those that are called after Takopi, that named one, those in
// which a Takopi runs, and those that start Takopi by its name.
func (w *world) takopiUnits(ctx context.Context, named string, apps []refresh.App) (checks []preflight.Check) {
	runners, err := w.runners(ctx)
	if err != nil {
		checks = append(checks, notChecked(takopiUnitName, err.Error(), ""))
	}
	of := map[bool][]string{false: {named}}
	for _, r := range runners {
		of[false] = append(of[false], r.Unit)
	}
	for _, p := range refresh.Running("/proc", takopi.Tool, "") {
		of[p.System] = append(of[p.System], p.Unit)
	}
	for _, u := range slices.Concat(merge(w.userUnits(of[false]), runners), w.systemUnits(of[true])) {
		if u.Name != units.Service && !u.Oneshot {
			checks = append(checks, w.unitCheck(u, apps))
		}
	}
	return checks
}

// runners asks the user's manager for services that start Takopi. Where there is none,
// the timer's check says so.
func (w *world) runners(ctx context.Context) ([]systemd.Runner, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	manager, err := systemd.User(ctx, w.runtimeDir())
	if err != nil {
		return nil, nil
	}
	defer manager.Close()
	return manager.Runners(ctx, takopi.Tool)
}

// merge adds what the manager says to what the files say.
func merge(files []takopi.Unit, runners []systemd.Runner) []takopi.Unit {
	for _, r := range runners {
		i := slices.IndexFunc(files, func(u takopi.Unit) bool { return u.Name == r.Unit })
		if i < 0 {
			i, files = len(files), append(files, takopi.Unit{Name: r.Unit})
		}
		files[i].Files = append(files[i].Files, r.Files...)
	}
	return files
}

// userUnits reads the files of the user's units, where systemd --user does
// (systemd.unit(5), "User Unit Search Path").
func (w *world) userUnits(named []string) []takopi.Unit {
	home := w.getenv("HOME")
	config, data := w.getenv("XDG_CONFIG_HOME"), w.getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	if !filepath.IsAbs(data) {
		data = filepath.Join(home, ".local/share")
	}
	dirs := []string{filepath.Join(config, "systemd/user"), "/etc/systemd/user", filepath.Join(data, "systemd/user"), "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"}
	if run := w.runtimeDir(); run != "" {
		dirs = append([]string{filepath.Join(run, "systemd/transient")}, dirs...)
	}
	return takopi.UnitFiles(dirs, named, takopi.Specifiers{Home: home, Config: config})
}

// systemUnits reads the files of the system's units, and gives those that run as this
// user: named are known to. Their %h is root's home.
func (w *world) systemUnits(named []string) []takopi.Unit {
	dirs := []string{"/run/systemd/transient", "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"}
	home := "%h"
	if w.uid == 0 {
		home = w.getenv("HOME")
	}
	all := takopi.UnitFiles(dirs, named, takopi.Specifiers{Home: home, Config: "/etc"})
	names := []string{"*", strconv.Itoa(w.uid)}
	if u, err := user.LookupId(strconv.Itoa(w.uid)); err == nil {
		names = append(names, u.Username)
	}
	all = slices.DeleteFunc(all, func(u takopi.Unit) bool {
		return !slices.Contains(named, u.Name) && !slices.Contains(names, u.User) && (u.User != "" || w.uid != 0)
	})
	for i := range all {
		all[i].System = true
	}
	return all
}

// unitCheck tells whether a unit gives what it starts a token.
func (w *world) unitCheck(u takopi.Unit, apps []refresh.App) preflight.Check {
	edit, which := "systemctl --user edit --full "+u.Name, u.Name
	if u.System {
		edit, which = "sudo systemctl edit --full "+u.Name, u.Name+" of the system"
	}
	fix := fmt.Sprintf("take that line out (%s), and restart it: gh's login and git's helper are kept fresh", edit)
	for _, app := range apps {
		if slices.ContainsFunc(u.Files, func(pattern string) bool { return leadsTo(pattern, app.TokenFile) }) {
			return failed(takopiUnitName, fmt.Sprintf("%s has EnvironmentFile=%s: what Takopi's agents get there is frozen when it starts, and dead within the hour", which, w.tilde(app.TokenFile)), fix)
		}
	}
	i := slices.IndexFunc(u.Variables, func(name string) bool {
		return strings.HasSuffix(name, "_TOKEN") && slices.Contains(refresh.TokenNames, name)
	})
	if i >= 0 {
		return warning(takopiUnitName, fmt.Sprintf("%s has Environment=%s=…: gh in Takopi's agents takes that, and not the stored login", which, u.Variables[i]), fix)
	}
	return ok(takopiUnitName, which+" reads no token file")
}

// leadsTo reports whether a pattern of systemd's (glob(7)) leads to the file.
func leadsTo(pattern, file string) bool {
	all, _ := filepath.Glob(pattern)
	return slices.ContainsFunc(append(all, pattern), func(path string) bool { return path == file || sameFile(path, file) })
}
