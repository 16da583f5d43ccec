package takopi

import (
	"fmt"
	"slices"
	"strings"
)

// recorded gives what the receipt has, as it is in the environment: where it pins a
// version, and another one is installed or none, somebody has changed that by hand
// since. Notes tell of each. What with names is not pinned.
func (e Environment) recorded(with []string) (kept []requirement, notes []string) {
	for _, r := range unpinned(e.tool.Requirements, with) {
		pin, pinned := r.pin()
		i := slices.IndexFunc(e.dists, func(d dist) bool { return d.name == canonical(r.Name) })
		switch {
		case !pinned || i >= 0 && sameVersion(pin, e.dists[i]), i < 0 && (r.isTool() || r.Marker != ""):
			kept = append(kept, r)
		case i < 0:
			notes = append(notes, fmt.Sprintf("%s is not in Takopi's environment any more, where uv's receipt has %s: it stays out", r.Name, pin))
		default:
			notes = append(notes, fmt.Sprintf("%s is %s in Takopi's environment, where uv's receipt has %s: it stays so", r.Name, e.dists[i].version, pin))
			kept = append(kept, r.as(e.dists[i]))
		}
	}
	return kept, notes
}

// Changed tells what somebody has changed in the environment since uv wrote its
// receipt, and that Command keeps so.
func (e Environment) Changed(with ...string) []string {
	_, notes := e.recorded(with)
	return notes
}

// unpinned gives the requirements without the pins of what with names, each as in
// Requires-Dist: it may ask for another version.
func unpinned(all []requirement, with []string) []requirement {
	free := slices.Clone(all)
	for i, r := range free {
		named := func(text string) bool { return parseDependency(text).name == canonical(r.Name) }
		if _, pinned := r.pin(); pinned && slices.ContainsFunc(with, named) {
			free[i].Specifier = ""
		}
	}
	return free
}

// pin gives the version that r asks for, if it asks for just one of an index.
func (r requirement) pin() (version string, pinned bool) {
	version, pinned = strings.CutPrefix(r.Specifier, "==")
	return version, pinned && !strings.ContainsAny(version, "=*,<>!~ ")
}

// as gives r as d would be installed again.
func (r requirement) as(d dist) requirement {
	from := d.from
	from.Name, from.Extras, from.Marker = r.Name, r.Extras, r.Marker
	return from
}

// sameVersion reports whether d is what the pin asks for: zeros at the end count for
// nothing, nor does a local version that the pin does not name
// (https://packaging.python.org/en/latest/specifications/version-specifiers/#version-matching).
func sameVersion(pin string, d dist) bool {
	version := d.version
	if !strings.Contains(pin, "+") {
		version, _, _ = strings.Cut(version, "+")
	}
	short := func(v string) string {
		for strings.HasSuffix(v, ".0") {
			v = strings.TrimSuffix(v, ".0")
		}
		return strings.ToLower(v)
	}
	return d.from.Specifier != "" && short(version) == short(pin)
}
