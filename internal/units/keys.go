package units

import (
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// A Key is a private key of an app in a file, which apply keeps a copy of.
type Key struct {
	App     string
	Attr    string // the spec's attribute that names it
	Label   string // as people call it: key or next key
	Source  string // where it is imported from
	Managed string // where apply keeps it; the two may be the same
	Next    bool   // it is the one to rotate to
}

// KeysOf gives the keys of the i-th app that are files: the one that signs, and the
// one to rotate to.
func KeysOf(s *spec.Spec, i int) []Key {
	app := s.Apps[i]
	managed := func(ext string) string { return AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ext) }
	var keys []Key
	if app.PrivateKey != "" {
		keys = append(keys, Key{App: app.Name, Attr: "private_key", Label: "key", Source: app.PrivateKey, Managed: managed(".pem")})
	}
	if app.NextKey != "" {
		keys = append(keys, Key{App: app.Name, Attr: "next_key", Label: "next key", Source: app.NextKey, Managed: managed(".next.pem"), Next: true})
	}
	return keys
}

// Keys gives those of all apps.
func Keys(s *spec.Spec) (keys []Key) {
	for i := range s.Apps {
		keys = append(keys, KeysOf(s, i)...)
	}
	return keys
}

// Displaced gives the key of keys whose managed copy k would be imported from
// although an import replaces that, or k is of the same app: of two keys that
// change places, one would be lost.
func (k Key) Displaced(keys []Key) (by Key, ok bool) {
	holder := func(path string) int {
		return slices.IndexFunc(keys, func(other Key) bool { return other.Managed == path })
	}
	at := holder(k.Source)
	if at < 0 || keys[at].Managed == k.Managed {
		return Key{}, false
	}
	by = keys[at]
	return by, by.App == k.App || by.Source != by.Managed && holder(by.Source) >= 0
}
