// Package units renders a spec, through the embedded templates, to the state
// that a host should be in. It is pure: it looks at no file and no clock.
package units

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// The names of what apply installs.
const (
	Service = "takopi-github-token-refresh.service"
	Timer   = "takopi-github-token-refresh.timer"
	Script  = "takopi-refresh-github-token"
	Binary  = "ghauth-provision"
)

// Site is where a spec is to be applied.
type Site struct {
	Home       string
	UID        int
	Executable string // the running binary
	// Edit makes the new takopi.toml out of the old one and a rendered table;
	// Unedit takes the table's keys out again, and gives nil when that leaves
	// nothing.
	Edit, Unedit func(before, table []byte) ([]byte, error)
	// Retired are the apps that an earlier apply has left in the key directory,
	// and that the spec no longer has.
	Retired []Retired
}

// Retired is an app of an earlier spec.
type Retired struct {
	Name    string
	EnvFile string // its app env file
}

// Desired gives the state that s asks for.
func Desired(s *spec.Spec, site Site) (plan.State, error) {
	r, err := render(s, site)
	if err != nil {
		return plan.State{}, err
	}
	state := plan.State{UID: site.UID, Linger: plan.LingerOn}
	state.Files = append(state.Files, directories(s, site.Home)...)
	state.Files = append(state.Files, r.apps...)
	if r.paths.Binary != site.Executable {
		state.Files = append(state.Files, plan.File{Path: r.paths.Binary, Kind: plan.Regular, Mode: 0o755, From: site.Executable, Privacy: plan.Hidden, Label: "the binary"})
	}
	state.Files = append(state.Files,
		plan.File{Path: r.paths.Script, Kind: plan.Regular, Mode: 0o755, Content: r.script, Label: "refresh script"},
		plan.File{Path: r.paths.Service, Kind: plan.Regular, Mode: 0o644, Content: r.service, Label: "refresh service"},
		plan.File{Path: r.paths.Timer, Kind: plan.Regular, Mode: 0o644, Content: r.timer, Label: "refresh timer"},
		plan.File{Path: s.Takopi.Config, Kind: plan.Regular, NewMode: 0o600, Privacy: plan.OwnLines, Own: ownLine(r.table), Label: "Takopi's [plugins.ghauth]",
			Edit: editor(s.Takopi.Config, r.table, site.Edit)},
	)
	state.Files = append(state.Files, retired(site)...)
	state.Units = unitsOf(r.paths)
	return state, nil
}

// Removed gives the state without anything that apply made, and the keys gone
// too if purge.
func Removed(s *spec.Spec, site Site, purge bool) (plan.State, error) {
	r, err := render(s, site)
	if err != nil {
		return plan.State{}, err
	}
	state := plan.State{UID: site.UID, Units: unitsOf(r.paths)}
	gone := func(path, label string, privacy plan.Privacy) {
		state.Files = append(state.Files, plan.File{Path: path, Kind: plan.Absent, Label: label, Privacy: privacy})
	}
	gone(r.paths.Timer, "refresh timer", plan.Shown)
	gone(r.paths.Service, "refresh service", plan.Shown)
	gone(r.paths.Script, "refresh script", plan.Shown)
	if r.paths.Binary != site.Executable || filepath.Dir(site.Executable) == s.Paths.BinDir {
		gone(filepath.Join(s.Paths.BinDir, Binary), "the binary", plan.Hidden)
	}
	dir := s.Paths.ConfigDir
	for i, app := range s.Apps {
		state.Files = append(state.Files, withoutApp(AppFile(dir, "github-app", i, app.Name, ".env"), app.Name)...)
		if key := AppFile(dir, "github-app", i, app.Name, ".pem"); purge && key != app.PrivateKey {
			gone(key, "private key of app "+app.Name, plan.Hidden)
		}
	}
	state.Files = append(state.Files, retired(site)...)
	gone(filepath.Join(dir, ".ghauth.lock"), "lock", plan.Hidden)
	gone(filepath.Join(site.Home, ".local/share/systemd/timers/stamp-"+Timer), "the timer's stamp", plan.Hidden)
	gone(dir, "key directory", plan.Hidden)
	state.Files = append(state.Files, plan.File{Path: s.Takopi.Config, Kind: plan.Regular, NewMode: 0o600,
		Privacy: plan.OwnLines, Own: ownLine(r.table), Label: "Takopi's [plugins.ghauth]",
		Edit: editor(s.Takopi.Config, r.table, site.Unedit)})
	return state, nil
}

// withoutApp lists what goes with an app, whose env file is named: gh's login, the
// token, which is revoked, and that file. Never its key: GitHub gives it out once.
func withoutApp(appFile, name string) []plan.File {
	token := strings.Replace(appFile, "/github-app", "/github-token", 1)
	return []plan.File{
		{Path: strings.TrimSuffix(token, ".env") + ".gh", Kind: plan.Absent, Undo: plan.LogOut, Privacy: plan.Hidden, Label: "what gh was given"},
		{Path: token, Kind: plan.Absent, Undo: plan.Revoke, Privacy: plan.Hidden, Label: "token of app " + name},
		{Path: appFile, Kind: plan.Absent, Label: "app " + name},
	}
}

// retired lists what goes with the apps that the spec no longer has.
func retired(site Site) (files []plan.File) {
	for _, app := range site.Retired {
		files = append(files, withoutApp(app.EnvFile, app.Name)...)
	}
	return files
}

// Watched gives the units alone, whose files lie in unitDir, for a look at a host
// without its spec.
func Watched(unitDir string) plan.State {
	return plan.State{Linger: plan.LingerOn, Units: unitsOf(Paths{
		Service: filepath.Join(unitDir, Service), Timer: filepath.Join(unitDir, Timer)})}
}

func unitsOf(p Paths) []plan.Unit {
	return []plan.Unit{
		{Name: Service, Path: p.Service},
		{Name: Timer, Path: p.Timer, Start: true},
	}
}

// editor is an edit of takopi.toml whose errors name the file.
func editor(path string, table []byte, edit func(before, table []byte) ([]byte, error)) func([]byte) ([]byte, error) {
	return func(before []byte) ([]byte, error) {
		after, err := edit(before, table)
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return after, err
	}
}
