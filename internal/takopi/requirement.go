package takopi

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// A requirement is one entry of uv's receipt: a name, and at most one source.
// uv(1) writes no others, but for what the strict decoder refuses.
type requirement struct {
	Name      string   `toml:"name"`
	Extras    []string `toml:"extras"`
	Specifier string   `toml:"specifier"`
	Marker    string   `toml:"marker"`
	Path      string   `toml:"path"`      // of a wheel or an archive
	Directory string   `toml:"directory"` // of a source tree
	Editable  string   `toml:"editable"`  // the same, linked rather than copied
	URL       string   `toml:"url"`
	Git       string   `toml:"git"` // URL?rev=…&subdirectory=…
}

// requirementName is what PEP 508 takes for a name: nothing that looks like a flag.
var requirementName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

// text writes r as PEP 508 has it; one that is editable has no such form.
func (r requirement) text() (string, error) {
	if !requirementName.MatchString(r.Name) {
		return "", fmt.Errorf("%w: the name %q", errNotUnderstood, r.Name)
	}
	head := r.Name
	if len(r.Extras) > 0 {
		head += "[" + strings.Join(r.Extras, ",") + "]"
	}
	source, err := r.source()
	if err != nil {
		return "", err
	}
	switch {
	case source != "":
		head += " @ " + source
	default:
		head += r.Specifier
	}
	if r.Marker != "" {
		head += " ; " + r.Marker
	}
	return head, nil
}

// isName reports whether r is a name and nothing else.
func (r requirement) isName(name string) bool {
	text, err := r.text()
	return err == nil && r.Editable == "" && canonical(r.Name) == name && text == r.Name
}

// source gives the URL that r comes from, or nothing.
func (r requirement) source() (string, error) {
	switch {
	case r.Path != "":
		return fileURL(r.Path), nil
	case r.Directory != "":
		return fileURL(r.Directory), nil
	case r.URL != "":
		return r.URL, withoutSecret(r.Name, r.URL)
	case r.Git != "":
		return r.git()
	}
	return "", nil
}

// git turns uv's own form of a git URL into that of PEP 508.
func (r requirement) git() (string, error) {
	if err := withoutSecret(r.Name, r.Git); err != nil {
		return "", err
	}
	base, query, _ := strings.Cut(r.Git, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", fmt.Errorf("the source of %s is not understood", r.Name)
	}
	text := "git+" + base
	for key := range values {
		switch value := values.Get(key); key {
		case "rev", "tag", "branch":
			text += "@" + value
		case "subdirectory":
		default:
			return "", fmt.Errorf("the source of %s has %s, which is not understood", r.Name, key)
		}
	}
	if dir := values.Get("subdirectory"); dir != "" {
		text += "#subdirectory=" + dir
	}
	return text, nil
}

func fileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// withoutSecret refuses a URL that holds a password: it would stand on uv's
// command line. A user's name alone, as in ssh://git@host, is none.
func withoutSecret(name, raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("the URL of %s is not understood", name)
	}
	_, secret := u.User.Password()
	if secret || u.User != nil && strings.HasPrefix(u.Scheme, "http") {
		return fmt.Errorf("the URL of %s holds a password", name)
	}
	return nil
}

// canonical gives a distribution's name as it is compared (PEP 503).
func canonical(name string) string {
	fields := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_.", r) })
	return strings.Join(fields, "-")
}
