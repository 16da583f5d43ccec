package plan

import (
	"context"
	"slices"
)

// Plugin is the environment that Takopi runs in, with the plugin in it or not.
type Plugin interface {
	// Look gives the environment's directory, and why the plugin has to be
	// installed there; nothing where it need not, or cannot be. Notes tell of what
	// is left to the operator.
	Look() (PluginState, error)
	// Install has uv install it; Uninstall takes it out again, before its wheel goes.
	// Where one fails, the plan ends there, and the wheel that uv goes by stays.
	Install(ctx context.Context) error
	Uninstall(ctx context.Context, wheel string) error
	// Restart has Takopi, which is a unit of the user's, load it.
	Restart(ctx context.Context, unit string) error
}

// PluginState is what a Plugin's Look has seen.
type PluginState struct {
	Dir       string
	Reason    string // to install it; empty: it is as it should be, or cannot be
	Installed bool   // some version of it, or that cannot be told
	Wheel     string // the path of the one that uv goes by, empty if none
	Failed    bool   // uv has, in this run: nothing more is asked of it
	Notes     []string
}

// observeTakopi looks at Takopi's environment where a plugin is wanted in it, or
// was, and at the unit that runs it.
func (s *State) observeTakopi(ctx context.Context, h Host, desired State) (err error) {
	s.observeTakopiUnit(ctx, h, desired)
	was := slices.ContainsFunc(s.Known.Records, func(r Record) bool { return r.Undo == UninstallPlugin })
	if h.Plugin != nil && (was || desired.Wheel != "") {
		s.Plugin, err = h.Plugin.Look()
	}
	return err
}

// Environment gives the directory of Takopi's environment that the plugin was installed
// into, as the manifest has it: later the caller's own may be another. It is empty where
// the manifest does not tell, or cannot be read, which Observe reports.
func Environment(root Root, manifest string) string {
	var s State
	if s.observeManifest(root, manifest) != nil {
		return ""
	}
	for _, rec := range s.Known.Records {
		if rec.Environment != "" {
			return rec.Environment
		}
	}
	return ""
}

// undoes reports whether want, which is to go, has to be undone first. A wheel has
// not where another one takes over from it, and of two it is done once.
func (d *differ) undoes(want File) bool {
	if want.Undo == UninstallPlugin {
		return d.observed.Plugin.Installed && d.desired.Wheel == "" &&
			!slices.ContainsFunc(d.undo, func(a Action) bool { return a.Op == UninstallPlugin })
	}
	return want.Undo != "" && d.goes(d.at(want.Path))
}

// needed reports whether what nothing asks for is the wheel that uv goes by, as no
// other takes its place, or the plugin could not be taken out: without the file, uv
// would fail from now on. The program that runs is needed to take it out later.
func (d *differ) needed(rec Record) bool {
	p := d.observed.Plugin
	if d.desired.Wheel == "" {
		return p.Failed && (rec.Undo == UninstallPlugin || d.at(rec.Path).real == d.desired.Program)
	}
	return p.Reason == "" && p.Wheel == rec.Path
}

// takopi gives the actions that install the plugin, the removal of the wheels before
// behind them, and what is to be told.
func (d *differ) takopi() (actions []Action, notes []string) {
	actions, notes = d.install()
	if restart := d.restartTakopi(); turns(d.undo, UninstallPlugin) {
		d.undo = append(d.undo, restart...)
	} else {
		actions = append(actions, restart...)
	}
	return append(actions, d.wheels...), append(notes, d.noTakopiUnit()...)
}

func (d *differ) install() (actions []Action, notes []string) {
	have := d.observed.Plugin
	switch {
	case d.desired.Wheel == "":
		return nil, nil
	case have.Reason == "":
		return nil, have.Notes
	}
	actions = []Action{{Op: InstallPlugin, Target: have.Dir, Reason: have.Reason}}
	if !d.observed.TakopiIsUnit() {
		return actions, append(have.Notes, "once the plugin is installed, restart Takopi: "+loadsAtStart)
	}
	return actions, have.Notes
}

// applyPlugin carries out an action on Takopi's environment. None is planned where
// nobody has looked at one.
func (a Action) applyPlugin(ctx context.Context, p Plugin) error {
	switch a.Op {
	case InstallPlugin:
		return p.Install(ctx)
	case RestartTakopi:
		return p.Restart(ctx, a.Target)
	}
	return p.Uninstall(ctx, a.Target)
}
