package units

import (
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
			add(AppFile(dir, "github-token", i, app.Name, ".gh"), "what gh was given", plan.File{Undo: plan.LogOut})
		}
		add(AppFile(dir, "github-token", i, app.Name, ".env"), "token of app "+app.Name, plan.File{Undo: plan.Revoke, App: app.Name})
	}
	if s.GH.Enabled {
		// Where they are new, gh makes them at the first login.
		add(filepath.Join(home, ".config"), "directory of gh's own", plan.File{IfNew: true})
		add(filepath.Join(home, ".config/gh"), "gh's directory", plan.File{IfNew: true})
		for _, name := range []string{"config.yml", "hosts.yml"} {
			add(filepath.Join(home, ".config/gh", name), "gh's configuration", plan.File{Undo: plan.ClearGH, IfNew: true})
		}
	}
	// A timer with Persistent=true leaves a stamp (systemd.timer(5)).
	for _, path := range []string{".local", ".local/share", ".local/share/systemd", ".local/share/systemd/timers"} {
		add(filepath.Join(home, path), "directory of the timer's stamp", plan.File{IfNew: true})
	}
	add(filepath.Join(home, ".local/share/systemd/timers/stamp-"+Timer), "the timer's stamp", plan.File{})
	wants := filepath.Join(s.Paths.UnitDir, "timers.target.wants")
	add(wants, "directory of systemd's links", plan.File{IfNew: true})
	add(filepath.Join(wants, Timer), "systemd's link to the timer", plan.File{IfNew: true})
	return files
}
