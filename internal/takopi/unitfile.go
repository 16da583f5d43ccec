package takopi

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Unit is a service that may start Takopi, as its files have it.
type Unit struct {
	Name      string
	System    bool     // of the system's manager, and not of the user's
	User      string   // User=, by name or number; * where it is a template's instance
	Files     []string // EnvironmentFile=, patterns included (systemd.exec(5))
	Variables []string // what Environment= sets, without the values
	Oneshot   bool     // it ends soon, and reads all of that anew
}

// Specifiers stand for what a manager writes for %h and %E (systemd.unit(5)).
type Specifiers struct{ Home, Config string }

// UnitFiles reads the files of services that are called after Takopi, and of those
// named, whatever they start: below dirs, of which the first counts most, templates and
// drop-ins included (systemd.unit(5)).
func UnitFiles(dirs, named []string, s Specifiers) (all []Unit) {
	named = slices.Clone(named)
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(escapeGlob(dir), Tool+"*.service"))
		for _, file := range files {
			named = append(named, filepath.Base(file))
		}
	}
	slices.Sort(named)
	for _, name := range slices.Compact(named) {
		texts := unitTexts(dirs, name)
		if len(texts) == 0 {
			continue
		}
		u := Unit{Name: name}
		for _, text := range texts {
			u.read(text, s)
		}
		all = append(all, u)
	}
	return all
}

// unitTexts gives the text of a unit's file, that of its template where it has none of
// its own, and those of its drop-ins in the order of their names.
func unitTexts(dirs []string, name string) (texts []string) {
	file, dropIns := "", map[string]string{}
	for _, name := range []string{name, templateOf(name)} {
		for _, dir := range dirs {
			path := filepath.Join(dir, name)
			if _, err := os.Stat(path); err == nil && file == "" {
				file = path
			}
			more, _ := filepath.Glob(escapeGlob(path) + ".d/*.conf")
			for _, path := range more {
				if base := filepath.Base(path); dropIns[base] == "" {
					dropIns[base] = path
				}
			}
		}
	}
	files := []string{file}
	for _, base := range slices.Sorted(maps.Keys(dropIns)) {
		files = append(files, dropIns[base])
	}
	for _, file := range files {
		if text, err := readPlain(file); err == nil {
			texts = append(texts, string(text))
		}
	}
	return texts
}

// templateOf gives the name of a unit's template, or the name itself.
func templateOf(name string) string {
	if stem, _, ok := strings.Cut(name, "@"); ok {
		return stem + "@.service"
	}
	return name
}

// assigned is a variable in Environment= that gets a value.
var assigned = regexp.MustCompile(`(?:^|[\s"'])([A-Za-z_][A-Za-z0-9_]*)=["']?[^\s"']`)

// read takes up what one of the files says, behind those before it.
func (u *Unit) read(text string, s Specifiers) {
	_, instance, _ := strings.Cut(strings.TrimSuffix(u.Name, ".service"), "@")
	if instance == "" {
		instance = "*"
	}
	expand := strings.NewReplacer("%%", "%", "%h", s.Home, "%E", s.Config, "%i", instance, "%I", instance)
	section := ""
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		key, value, _ := strings.Cut(line, "=")
		if section != "[Service]" {
			continue
		}
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "Type":
			u.Oneshot = value == "oneshot"
		case "User":
			u.User = expand.Replace(value)
		case "EnvironmentFile":
			if u.Files = append(u.Files, expand.Replace(strings.TrimPrefix(value, "-"))); value == "" {
				u.Files = nil
			}
		case "Environment":
			for _, m := range assigned.FindAllStringSubmatch(value, -1) {
				u.Variables = append(u.Variables, m[1])
			}
			if value == "" {
				u.Variables = nil
			}
		}
	}
}
