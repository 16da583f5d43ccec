package takopi

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// moduleName is the file that Python loads the plugin from. It lies beside the *.dist-info.
const moduleName = "takopi_ghauth.py"

// HasModule reports whether the plugin's module is in e, without which Takopi lists the
// plugin and cannot load it.
func (e Environment) HasModule() bool {
	i := slices.IndexFunc(e.dists, func(d dist) bool { return d.name == Distribution })
	if i < 0 {
		return false
	}
	_, err := os.Stat(e.dists[i].module())
	return err == nil
}

func (d dist) module() string { return filepath.Join(filepath.Dir(d.dir), moduleName) }

// lacksModule says why the module of d is not that of w, or nothing.
func (d dist) lacksModule(w Wheel) string {
	text, err := readPlain(d.module())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "its module " + moduleName + " is gone"
	case err != nil:
		return "its module cannot be read: " + err.Error()
	case string(text) != w.module:
		return "its module " + moduleName + " is not as we made it"
	}
	return ""
}
