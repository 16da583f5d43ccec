package keycopy

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// OfApp gives the source of the key that app's stored token came by, where Vault or the
// broker keeps that, and the copies of it that look finds, which is Search or Glance.
// What a command reads may be any file. The files that one of apps signs by are no copies.
func OfApp(look func([]Place, string) []string, home string, app refresh.App, apps []refresh.App, now time.Time) (kept keysource.Source, copies []string) {
	token, state, _ := app.Stored(now)
	if state == refresh.Invalid || state == refresh.Superseded {
		return kept, nil
	}
	for _, source := range []keysource.Source{app.NextKey, app.Key} {
		if (source.Vault != nil || source.Broker != "") && source.ID() == token.Signer {
			kept = source
		}
	}
	if kept.IsZero() {
		return kept, nil
	}
	places := slices.Concat(Home(home), []Place{{filepath.Dir(app.TokenFile), 0}}, Shared())
	return kept, slices.DeleteFunc(look(places, token.Key), func(path string) bool {
		return slices.ContainsFunc(apps, func(a refresh.App) bool { return path == a.Key.File || path == a.NextKey.File })
	})
}

// ThisUser is who can read what was found in a search by a user who is not root.
const ThisUser = "whoever runs as this user, the agents included"

// maxTold bounds how many copies are named.
const maxTold = 5

// Told says that copies can be read, and by whom. Paths are shown by show, which may
// shorten them. Without copies it says nothing.
func Told(copies []string, show func(path string) string, who string) string {
	switch len(copies) {
	case 0:
		return ""
	case 1:
		return "a copy of the key at " + show(copies[0]) + " can be read by " + who
	}
	var paths []string
	for _, path := range copies[:min(maxTold, len(copies))] {
		paths = append(paths, show(path))
	}
	if len(copies) > maxTold {
		paths = append(paths, "…")
	}
	return "copies of the key at " + strings.Join(paths, ", ") + " can be read by " + who
}
