// Package units renders a spec, through the embedded templates, to the state
// that a host should be in. It is pure: it looks at no file and no clock.
package units

import (
	"fmt"
	"path/filepath"
	"slices"

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
	// Edit makes the new takopi.toml out of the old one and a rendered table,
	// and Keys gives back what the table's keys had before.
	Edit func(before, table []byte) ([]byte, error)
	Keys plan.KeyEditor
	// TokenFile gives the absolute path of the token file that a takopi.toml names,
	// or nothing.
	TokenFile func(src []byte) string
	// Watches reports whether Takopi takes up changes of such a takopi.toml while it
	// runs.
	Watches func(src []byte) bool
	// GitConfig is the file that git writes its user's configuration to.
	GitConfig string
	// Wheel makes the wheel of Takopi's plugin, which runs binary and brings other
	// packages along. It is nil where there is no Takopi that it could be installed for.
	Wheel func(binary string, with []string) (name string, data []byte, err error)
	// Environment is that Takopi's directory.
	Environment string
	// Still says that no systemd runs there: then apply itself makes the link that
	// enables the timer.
	Still bool
	// LockedDown says that a lockdown keeps the timer from running.
	LockedDown bool
}

// Desired gives the state that s asks for.
func Desired(s *spec.Spec, site Site) (plan.State, error) {
	r, err := render(s, site)
	if err != nil {
		return plan.State{}, err
	}
	state := Nothing(s.Paths.ConfigDir, site)
	state.Linger, state.TakopiUnit = plan.LingerOn, s.Takopi.RestartUnit
	state.Files = append(state.Files, directories(s, site.Home)...)
	made := len(state.Files)
	state.Files = append(state.Files, r.apps...)
	if dir := filepath.Dir(r.paths.Binary); dir == s.Paths.BinDir {
		state.Files = append(state.Files, plan.File{Path: r.paths.Binary, Kind: plan.Regular, Mode: 0o755, From: site.Executable, Privacy: plan.Hidden, Label: "the binary"})
	}
	state.Files = append(state.Files,
		plan.File{Path: r.paths.Script, Kind: plan.Regular, Mode: 0o755, Content: r.script, Label: "refresh script", Owner: scriptOwner},
		plan.File{Path: r.paths.Service, Kind: plan.Regular, Mode: 0o644, Content: r.service, Label: "refresh service", Unit: Service, Owner: unitOwner},
		plan.File{Path: r.paths.Timer, Kind: plan.Regular, Mode: 0o644, Content: r.timer, Label: "refresh timer", Unit: Timer},
	)
	if s.Takopi.Enabled {
		state.Files = append(state.Files, plan.File{Path: s.Takopi.Config, Kind: plan.Regular, NewMode: 0o600, Privacy: plan.OwnLines, Own: ownLine(r.table),
			Label: "Takopi's [plugins.ghauth]", Edit: editor(s.Takopi.Config, r.table, site.Edit), Keys: keysOf(r.table), Owner: tableOwner(site.TokenFile),
			Rereads: site.Watches})
	}
	if s.GH.GitCredential {
		state.Files = append(state.Files, gitConfig(s, r.paths.Binary, site))
	}
	if s.Takopi.Plugin && site.Wheel != nil {
		name, data, err := site.Wheel(r.paths.Binary, s.Takopi.With)
		if err != nil {
			return plan.State{}, err
		}
		state.Wheel = filepath.Join(s.Paths.ConfigDir, name)
		state.Files = append(state.Files, plan.File{Path: state.Wheel, Kind: plan.Regular, Mode: 0o644, Content: data, Privacy: plan.Hidden,
			Label: "wheel of Takopi's plugin", Undo: plan.UninstallPlugin, Restart: state.TakopiUnit, Environment: site.Environment})
	}
	for _, f := range minted(s, site.Home) {
		// A directory that apply makes is there before anybody else needs it.
		if !slices.ContainsFunc(state.Files[:made], func(dir plan.File) bool { return dir.Path == f.Path }) {
			state.Files = append(state.Files, f)
		}
	}
	if site.Still {
		enable(state.Files, r.paths.Timer)
	}
	state.Units = unitsOf(r.paths, !site.LockedDown)
	return state, nil
}

// Nothing gives the state of a host on which nothing is ours any more: all that
// the manifest in configDir knows of is pruned. The lock is there as long as the
// manifest is.
func Nothing(configDir string, site Site) plan.State {
	return plan.State{
		UID: site.UID, Program: site.Executable, Manifest: filepath.Join(configDir, plan.ManifestName), Keys: site.Keys,
		Files: []plan.File{{Path: filepath.Join(configDir, ".ghauth.lock"), Kind: plan.Minted, Label: "lock", Privacy: plan.Hidden}},
	}
}

// Watched gives the units alone, whose files lie in unitDir, for a look at a host
// without its spec.
func Watched(unitDir string) plan.State {
	return plan.State{Linger: plan.LingerOn, Units: unitsOf(Paths{
		Service: filepath.Join(unitDir, Service), Timer: filepath.Join(unitDir, Timer)}, true)}
}

func unitsOf(p Paths, start bool) []plan.Unit {
	return []plan.Unit{
		{Name: Service, Path: p.Service},
		{Name: Timer, Path: p.Timer, Start: start},
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
