package units

import (
	"fmt"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// minted gives what comes into being because of what apply writes: tokens, locks
// and stamps. It is listed so that it can be taken away again.
func minted(s *spec.Spec, home string) []plan.File {
	var files []plan.File
	add := func(path, label string, more plan.File) {
		more.Path, more.Kind, more.Label, more.Privacy = path, plan.Minted, label, plan.Hidden
		files = append(files, more)
	}
	dir := s.Paths.ConfigDir
	for i, app := range s.Apps {
		if i == 0 && s.GH.Enabled {
			add(AppFile(dir, "github-token", i, app.Name, ".gh"), "what gh was given", plan.File{Undo: plan.LogOut, Login: fmt.Sprintf("gh's login to %s in %s", s.GitHub.Host, s.GH.ConfigDir)})
		}
		add(AppFile(dir, "github-token", i, app.Name, ".env"), "token of app "+app.Name, plan.File{Undo: plan.Revoke, App: app.Name})
		add(AppFile(dir, "github-token", i, app.Name, ".earlier"), "digests of earlier tokens of app "+app.Name, plan.File{})
	}
	for _, name := range []string{"audit.log", "audit.log.1", "lockdown"} {
		add(filepath.Join(dir, name), name, plan.File{})
	}
	if s.GH.Enabled {
		// Where they are new, gh makes them at the first login.
		for _, dir := range above(s.GH.ConfigDir, home) {
			add(dir, "directory of gh's own", plan.File{IfNew: true})
		}
		add(s.GH.ConfigDir, "gh's directory", plan.File{IfNew: true})
		for _, name := range []string{"config.yml", "hosts.yml"} {
			add(filepath.Join(s.GH.ConfigDir, name), "gh's configuration", plan.File{Undo: plan.ClearGH, IfNew: true})
		}
	}
	// A timer with Persistent=true leaves a stamp (systemd.timer(5)).
	for _, path := range []string{".local", ".local/share", ".local/share/systemd", ".local/share/systemd/timers"} {
		add(filepath.Join(home, path), "directory of the timer's stamp", plan.File{IfNew: true})
	}
	add(filepath.Join(home, ".local/share/systemd/timers/stamp-"+Timer), "the timer's stamp", plan.File{})
	link := linkTo(filepath.Join(s.Paths.UnitDir, Timer))
	add(filepath.Dir(link), "directory of systemd's links", plan.File{IfNew: true})
	add(link, "systemd's link to the timer", plan.File{IfNew: true})
	return files
}

// above gives the directories that hold path, outermost first, up to the home.
func above(path, home string) (dirs []string) {
	for dir := filepath.Dir(path); dir != home && dir != "/"; dir = filepath.Dir(dir) {
		dirs = append([]string{dir}, dirs...)
	}
	return dirs
}

// linkTo gives the path of the link by which a timer is enabled, as its [Install]
// section has it (systemd.unit(5)).
func linkTo(timer string) string {
	return filepath.Join(filepath.Dir(timer), "timers.target.wants", filepath.Base(timer))
}

// enable has apply make the link to the timer, with the absolute target that
// systemctl enable gives it, and its directory.
func enable(files []plan.File, timer string) {
	link := linkTo(timer)
	for i := range files {
		f := &files[i]
		switch f.Path {
		case link:
			f.Kind, f.Target, f.Unit = plan.Link, timer, Timer
		case filepath.Dir(link):
			f.Kind, f.NewMode = plan.Directory, 0o755
		}
	}
}
