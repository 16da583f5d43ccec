package units

import (
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// Paths gives where everything lies.
type Paths struct {
	Binary  string // the one that units name
	Script  string
	Service string
	Timer   string
}

// PathsOf works out the paths of s. A binary in a system directory is used
// where it is: packages replace it in place.
func PathsOf(s *spec.Spec, executable string) Paths {
	p := Paths{
		Binary:  filepath.Join(s.Paths.BinDir, Binary),
		Script:  filepath.Join(s.Paths.BinDir, Script),
		Service: filepath.Join(s.Paths.UnitDir, Service),
		Timer:   filepath.Join(s.Paths.UnitDir, Timer),
	}
	switch filepath.Dir(executable) {
	case "/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin", "/usr/local/sbin":
		p.Binary = executable
	}
	return p
}

// AppFile gives the path in dir of a file that belongs to the i-th app: the
// first app owns the plain name.
func AppFile(dir, stem string, i int, name, ext string) string {
	if i > 0 {
		stem += "-" + name
	}
	return filepath.Join(dir, stem+ext)
}

// directories gives those that must be there, outermost first. Only the key
// directory's mode is enforced; others are made when missing.
func directories(s *spec.Spec, home string) []plan.File {
	var dirs []plan.File
	seen := map[string]bool{home: true, "/": true}
	var add func(path string)
	add = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		add(filepath.Dir(path))
		dirs = append(dirs, plan.File{Path: path, Kind: plan.Directory, NewMode: 0o755})
	}
	for _, path := range []string{s.Paths.ConfigDir, s.Paths.BinDir, s.Paths.UnitDir} {
		add(path)
	}
	if s.Takopi.Enabled {
		add(filepath.Dir(s.Takopi.Config))
	}
	for i := range dirs {
		switch dirs[i].Path {
		case s.Paths.ConfigDir:
			dirs[i].Mode, dirs[i].Label = 0o700, "key directory"
		case filepath.Dir(s.Takopi.Config), filepath.Join(home, ".config"):
			dirs[i].NewMode = 0o700
		}
	}
	return dirs
}

// tilde writes a path below home with ~, as Takopi's own configuration does.
func tilde(path, home string) string {
	if rest, ok := strings.CutPrefix(path, home+"/"); ok {
		return "~/" + rest
	}
	return path
}
