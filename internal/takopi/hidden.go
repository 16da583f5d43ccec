package takopi

import (
	"maps"
	"slices"
	"strings"
)

// Hidden says why a Takopi with the configuration src would not let /ghauth reach
// the plugin although that is installed, and what to do about it, or nothing.
func Hidden(src []byte) (reason, fix string) {
	d, err := parse(src)
	if err != nil {
		return "", "" // which Set has more to say about
	}
	plugins, _ := d.decoded["plugins"].(map[string]any)
	// No list, or an empty one, has all plugins (takopi's plugins.py).
	enabled, _ := plugins["enabled"].([]any)
	named := slices.ContainsFunc(enabled, func(v any) bool {
		name, _ := v.(string)
		return canonical(name) == Distribution
	})
	projects, _ := d.decoded["projects"].(map[string]any)
	// Takopi takes aliases in small letters (its settings.py).
	shadowed := slices.ContainsFunc(slices.Collect(maps.Keys(projects)), func(alias string) bool { return strings.EqualFold(alias, "ghauth") })
	switch {
	case len(enabled) > 0 && !named:
		return "plugins.enabled does not name " + Distribution, "add it there, or take the list away"
	case shadowed:
		return "a project is called ghauth, and takes the command for itself", "give the project another name"
	}
	return "", ""
}

// Watches reports whether a Takopi with the configuration src takes up changes of it
// while it runs; else it does when it starts (takopi's settings.py: watch_config).
func Watches(src []byte) bool {
	d, err := parse(src)
	return err == nil && d.decoded["watch_config"] == true
}
