package takopi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// A dist is a distribution that is installed
// (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
type dist struct {
	name, version string
	dir           string // its *.dist-info
	requires      []dependency
	offers        bool        // /ghauth
	from          requirement // itself, as it was installed
}

// A dependency is what a distribution asks for: of another one, with extras.
type dependency struct {
	name   string
	extras []string
	when   string // the extra of the asking one that it belongs to, or empty
}

// readDist reads a distribution. With an error, it has its name at least.
func readDist(dir string) (dist, error) {
	name, _, _ := strings.Cut(filepath.Base(dir), "-")
	d := dist{dir: dir, name: canonical(name)}
	metadata, err := readPlain(filepath.Join(dir, "METADATA"))
	if err != nil {
		return d, fmt.Errorf("a distribution cannot be read: %v", err) // none is no lack of an environment
	}
	header, _, _ := strings.Cut(strings.ReplaceAll(string(metadata), "\r\n", "\n"), "\n\n")
	for line := range strings.Lines(header) {
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); strings.ToLower(key) {
		case "name":
			d.name, d.from.Name = canonical(value), canonical(value)
		case "version":
			d.version = value
		case "requires-dist":
			d.requires = append(d.requires, parseDependency(value))
		}
	}
	if d.from.Name == "" || d.version == "" {
		return d, fmt.Errorf("%s holds no name, or no version", filepath.Join(dir, "METADATA"))
	}
	points, err := readPlain(filepath.Join(dir, "entry_points.txt"))
	if err == nil {
		d.offers = offersCommand(string(points))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	return d, d.readOrigin()
}

var (
	dependencyText = regexp.MustCompile(`^([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?`)
	extraMarker    = regexp.MustCompile(`\bextra\s*==\s*["']([^"']+)["']`)
)

// parseDependency reads a Requires-Dist. Markers about anything but extras count
// as true.
func parseDependency(text string) (d dependency) {
	head, marker, _ := strings.Cut(text, ";")
	if m := dependencyText.FindStringSubmatch(head); m != nil {
		d.name = canonical(m[1])
		for extra := range strings.SplitSeq(m[2], ",") {
			d.extras = append(d.extras, canonical(strings.TrimSpace(extra)))
		}
	}
	if m := extraMarker.FindStringSubmatch(marker); m != nil {
		d.when = canonical(m[1])
	}
	return d
}

// offersCommand reads entry_points.txt: an INI file with a section a group.
func offersCommand(text string) bool {
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		name, _, _ := strings.Cut(line, "=")
		if section == "[takopi.command_backends]" && strings.TrimSpace(name) == "ghauth" {
			return true
		}
	}
	return false
}

// origin is direct_url.json, which a distribution has that came from no index
// (https://packaging.python.org/en/latest/specifications/direct-url/).
type origin struct {
	URL string `json:"url"`
	Dir *struct {
		Editable bool `json:"editable"`
	} `json:"dir_info"`
	VCS *struct {
		VCS    string `json:"vcs"`
		Commit string `json:"commit_id"`
	} `json:"vcs_info"`
	Subdirectory string `json:"subdirectory"`
}

// readOrigin says how d would be installed again: from where it came, or from the index
// in the version that it has.
func (d *dist) readOrigin() error {
	data, err := readPlain(filepath.Join(d.dir, "direct_url.json"))
	if errors.Is(err, fs.ErrNotExist) {
		// What was asked for when it was put in is not written down: what is there is.
		d.from.Specifier = "==" + d.version
		return nil
	}
	var o origin
	if err == nil {
		err = json.Unmarshal(data, &o)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", d.dir, err)
	}
	u, err := url.Parse(o.URL)
	switch {
	case err != nil:
		return fmt.Errorf("the URL of %s is not understood", d.name)
	case o.Dir != nil && o.Dir.Editable:
		d.from.Editable = u.Path
	case o.VCS != nil && o.VCS.VCS == "git":
		query := url.Values{"rev": {o.VCS.Commit}}
		if o.Subdirectory != "" {
			query.Set("subdirectory", o.Subdirectory)
		}
		d.from.Git = o.URL + "?" + query.Encode()
	default:
		d.from.URL = o.URL
	}
	return nil
}

// unrecorded gives what stands in the environment although nothing that the
// receipt has asks for it: what was put there by hand. Of that, what something
// else asks for is left out: it comes with it.
func (e Environment) unrecorded() (all []requirement) {
	reached := map[string]bool{}
	for _, r := range e.tool.Requirements {
		e.reach(reached, canonical(r.Name), r.Extras)
	}
	e.reach(reached, Distribution, nil)
	add := func(d dist) {
		if !reached[d.name] {
			all = append(all, d.from)
			e.reach(reached, d.name, nil)
		}
	}
	for _, counts := range []func(dependency) bool{
		func(dependency) bool { return true },           // those that nobody asks for
		func(r dependency) bool { return r.when == "" }, // or as an extra alone
		func(dependency) bool { return false },          // those that ask for one another in a circle
	} {
		for _, d := range e.dists {
			if !e.asked(d.name, counts) {
				add(d)
			}
		}
	}
	return all
}

// asked reports whether a distribution other than name has a dependency on it
// that counts.
func (e Environment) asked(name string, counts func(dependency) bool) bool {
	for _, d := range e.dists {
		for _, r := range d.requires {
			if d.name != name && r.name == name && counts(r) {
				return true
			}
		}
	}
	return false
}

// reach marks a distribution, with some of its extras, and all that it asks for.
func (e Environment) reach(reached map[string]bool, name string, extras []string) {
	reached[name] = true
	for _, extra := range append([]string{""}, extras...) {
		key := name + "[" + canonical(extra) + "]"
		if reached[key] {
			continue
		}
		reached[key] = true
		for _, d := range e.dists {
			for _, r := range d.requires {
				if d.name == name && r.when == canonical(extra) {
					e.reach(reached, r.name, r.extras)
				}
			}
		}
	}
}
