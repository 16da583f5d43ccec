package takopi

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Tool is Takopi's name as a tool of uv's, and as a distribution.
const Tool = "takopi"

// Environment is the one that `uv tool install takopi` has made.
type Environment struct {
	Dir   string
	tool  tool
	dists []dist
}

// ReadEnvironment reads the environment in dir, where uv keeps it for takopi. An
// error that is fs.ErrNotExist says that there is none. Any other says why it cannot be
// made anew; what could be read of it is there all the same.
func ReadEnvironment(dir string) (Environment, error) {
	e := Environment{Dir: dir}
	data, err := readPlain(filepath.Join(dir, "uv-receipt.toml"))
	if errors.Is(err, fs.ErrNotExist) {
		return e, err
	}
	if err == nil {
		e.tool, err = parseReceipt(data)
	}
	return e, cmp.Or(err, e.readDists())
}

// readDists reads what is installed, and goes on where one cannot be read.
func (e *Environment) readDists() error {
	infos, err := filepath.Glob(filepath.Join(escapeGlob(e.Dir), "lib/python3.*/site-packages/*.dist-info"))
	for _, info := range infos {
		d, bad := readDist(info)
		e.dists, err = append(e.dists, d), cmp.Or(err, bad)
	}
	if len(e.dists) == 0 {
		return cmp.Or(err, errors.New("no distributions are in it"))
	}
	return err
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Lacks says why the plugin of w, whose wheel is at path, is not installed, or
// nothing where it is.
func (e Environment) Lacks(w Wheel, path string) string {
	i := slices.IndexFunc(e.dists, func(d dist) bool { return d.name == Distribution })
	j := slices.IndexFunc(e.tool.Requirements, isOurs)
	switch {
	case i < 0:
		return "it is not there"
	case e.dists[i].version != w.Version:
		return "it is " + e.dists[i].version + ", and ours is " + w.Version
	case j < 0 || e.tool.Requirements[j].Path != path:
		return "uv's receipt lacks it: the next uv tool upgrade would take it away"
	}
	return e.dists[i].lacksModule(w)
}

// Wheel gives the path of the plugin's wheel by which uv would make e anew, empty if
// it knows of none.
func (e Environment) Wheel() string {
	if i := slices.IndexFunc(e.tool.Requirements, isOurs); i >= 0 {
		return e.tool.Requirements[i].Path
	}
	return ""
}

// Has reports whether there is anything of the plugin's in e.
func (e Environment) Has() bool {
	return slices.ContainsFunc(e.dists, func(d dist) bool { return d.name == Distribution }) ||
		slices.ContainsFunc(e.tool.Requirements, isOurs)
}

func isOurs(r requirement) bool { return canonical(r.Name) == Distribution }

func (r requirement) isTool() bool { return canonical(r.Name) == Tool }

// Version gives the plugin's version in e, and whether Takopi can find it there: it
// goes by the entry point. Without a plugin both are empty.
func (e Environment) Version() (version string, listed bool) {
	if i := slices.IndexFunc(e.dists, func(d dist) bool { return d.name == Distribution }); i >= 0 {
		return e.dists[i].version, e.dists[i].offers
	}
	return "", false
}

// Since tells when the plugin was put into e, zero where there is none: its *.dist-info
// is a directory that pip and uv make then, whatever the age of the files in it.
func (e Environment) Since() time.Time {
	i := slices.IndexFunc(e.dists, func(d dist) bool { return d.name == Distribution })
	if i < 0 {
		return time.Time{}
	}
	info, err := os.Stat(e.dists[i].dir)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Rival names another distribution that offers /ghauth, or is empty. Takopi lets
// neither of two have it. It is recorded if uv would bring it back.
func (e Environment) Rival() (name string, recorded bool) {
	for _, d := range e.dists {
		if d.name != Distribution && d.offers {
			return d.name, slices.ContainsFunc(e.tool.Requirements, func(r requirement) bool { return canonical(r.Name) == d.name })
		}
	}
	return "", false
}

// Command gives the words, after uv's own name, by which uv makes the environment
// anew with the plugin's wheel at path, or without the plugin where path is
// empty. Everything else that is in it stays: what the receipt has, in the same
// form, and what somebody has put there, changed or taken away beside it. The version of what the wheel brings with it is
// the wheel's to say.
func (e Environment) Command(path string, with ...string) ([]string, error) {
	words := []string{"tool", "install"}
	if !slices.ContainsFunc(e.tool.Requirements, requirement.isTool) {
		return nil, fmt.Errorf("%w: no %s among its requirements", errNotUnderstood, Tool)
	}
	options, err := e.tool.optionFlags()
	if err != nil {
		return nil, err
	}
	words = append(words, options...)
	if e.tool.Python != "" {
		words = append(words, "--python", e.tool.Python)
	}
	kept, _ := e.recorded(with)
	programs := e.executables(kept)
	for _, from := range programs {
		words = append(words, "--with-executables-from", from)
	}
	for _, r := range slices.Concat(kept, unpinned(e.unrecorded(), with)) {
		plain, editable := "--with", "--with-editable"
		switch {
		case isOurs(r), slices.ContainsFunc(programs, r.isName): // the latter come with their programs
			continue
		case canonical(r.Name) == Tool:
			plain, editable = "", "--editable"
		}
		more, err := r.flags(plain, editable)
		if err != nil {
			return nil, err
		}
		words = append(words, more...)
	}
	if path != "" {
		// Of a package whose *.dist-info is there, uv would take all of it to be there.
		words = append(words, "--reinstall-package", Distribution, "--with", Distribution+" @ "+fileURL(path))
	}
	return words, nil
}

// flags writes r behind one of two flags, either of which may be empty.
func (r requirement) flags(plain, editable string) ([]string, error) {
	text, err := r.text()
	if r.Editable != "" {
		return []string{editable, r.Editable}, err
	}
	if plain == "" {
		return []string{text}, err
	}
	return []string{plain, text}, err
}

// BinDir is where uv has put Takopi's program, by the receipt; empty where that does
// not tell. Installed anew, it goes to where uv is told today.
func (e Environment) BinDir() string {
	i := slices.IndexFunc(e.tool.Entrypoints, func(p entrypoint) bool { return p.Name == Tool })
	if i < 0 || !filepath.IsAbs(e.tool.Entrypoints[i].Path) {
		return ""
	}
	return filepath.Dir(e.tool.Entrypoints[i].Path)
}

// executables names the distributions besides Takopi whose programs uv has put
// on the PATH, but for those that are recorded and not kept.
func (e Environment) executables(kept []requirement) (names []string) {
	named := func(in []requirement, name string) bool {
		return slices.ContainsFunc(in, func(r requirement) bool { return canonical(r.Name) == name })
	}
	for _, p := range e.tool.Entrypoints {
		from := canonical(cmp.Or(p.From, Tool))
		gone := named(e.tool.Requirements, from) && !named(kept, from)
		if from != Tool && !gone && !slices.Contains(names, from) {
			names = append(names, from)
		}
	}
	return names
}
