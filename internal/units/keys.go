package units

import "github.com/ghauth-provision/ghauth-provision/internal/spec"

// A Key is a private key of an app, which apply keeps a copy of.
type Key struct {
	Attr    string // the spec's attribute that names it
	Label   string // as people call it
	Source  string // where it is imported from
	Managed string // where apply keeps it; the two may be the same
	Next    bool   // it is the one to rotate to
}

// KeysOf gives the keys of the i-th app: the one that signs, and the one to
// rotate to, if there is one.
func KeysOf(s *spec.Spec, i int) []Key {
	app := s.Apps[i]
	managed := func(ext string) string { return AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ext) }
	keys := []Key{{Attr: "private_key", Label: "private key", Source: app.PrivateKey, Managed: managed(".pem")}}
	if app.NextKey != "" {
		keys = append(keys, Key{Attr: "next_key", Label: "next private key", Source: app.NextKey, Managed: managed(".next.pem"), Next: true})
	}
	return keys
}
