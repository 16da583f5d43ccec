package gitconfig

import (
	"regexp"
	"slices"
	"strings"
)

// Helper is a credential helper for all that lies below one URL.
type Helper struct {
	URL     string // without a path, such as https://github.com
	Program string // absolute
	// ConfigDir is the key directory, absolute, or empty for the usual one.
	ConfigDir string
}

// Command gives the helper as git's configuration has it: a command for sh(1),
// which git calls with the operation behind it (gitcredentials(7), "helper").
func (h Helper) Command() string {
	command := "!" + shellQuote(h.Program) + " git-credential"
	if h.ConfigDir != "" {
		command += " --config-dir " + shellQuote(h.ConfigDir)
	}
	return command
}

// ours is the form of Command, whatever the paths, of which the last is that of the
// key directory.
var ours = regexp.MustCompile(`^!'(?:[^']|'\\'')+' git-credential(?: --config-dir '((?:[^']|'\\'')+)')?$`)

// Find reports whether a configuration has our helper for a URL, and gives its key
// directory, or nothing where that is the usual one.
func Find(src []byte, url string) (configDir string, ok bool) {
	d, err := read(src, url)
	if err != nil {
		return "", false
	}
	for _, e := range d.own {
		if parts := ours.FindStringSubmatch(e.value); e.isOurs(url) {
			return strings.ReplaceAll(parts[1], `'\''`, "'"), true
		}
	}
	return "", false
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Section gives the lines that Set adds. The empty helper takes back those that
// came before, for all URLs or for this one: git would ask them first, and would
// have each of them keep the token, `store` in the clear.
func (h Helper) Section() string {
	return header(h.URL) + h.variables()
}

func header(url string) string { return "[credential " + quote(url) + "]\n" }

func (h Helper) variables() string {
	return "\thelper =\n\thelper = " + quote(h.Command()) + "\n\tuseHttpPath = true\n"
}

// quote writes a subsection's name or a value: both know these two escapes.
func quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// Owns reports whether a line is one of those of Section, for whatever paths, or a
// blank one: what a diff may show.
func (h Helper) Owns(line string) bool {
	line = strings.TrimSpace(line)
	if line == "" || slices.Contains(strings.Split(strings.ReplaceAll(h.Section(), "\t", ""), "\n"), line) {
		return true
	}
	entries, err := scan([]byte(header(h.URL) + line))
	return err == nil && len(entries) == 2 && entries[1].isOurs(h.URL)
}
