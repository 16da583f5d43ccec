package spec

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// maxRepositories bounds how many repositories a token can be narrowed to:
// docs.github.com, "Create an installation access token for an app".
const maxRepositories = 500

var (
	// ownerName takes managed users, too, whose names end in _SHORTCODE, and old
	// names that end in a hyphen: docs.github.com, "Username considerations for
	// external authentication".
	ownerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)
	// Their length is checked apart: an expression that counts to it would take each
	// start of the program a tenth of a millisecond to compile.
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	permissionName = regexp.MustCompile(`^[a-z_]+$`)
)

// maxName bounds the names of repositories and permissions, in bytes.
const maxName = 100

// accessLevels are what GitHub grants of a permission.
var accessLevels = []string{"read", "write", "admin"}

// checkInstallation takes OWNER and OWNER/REPO.
func checkInstallation(s string) error {
	owner, repository, slash := strings.Cut(s, "/")
	if !ownerName.MatchString(owner) || strings.Contains(repository, "/") {
		return errors.New(`must be an account's name, such as "octo-org", or a repository's, such as "octo-org/site"`)
	}
	if slash {
		return checkRepository(repository)
	}
	return nil
}

func checkRepository(s string) error {
	switch {
	case strings.Contains(s, "/"):
		return errors.New("must be a repository's name without its owner: write what comes after the /")
	case len(s) > maxName || !repositoryName.MatchString(s) || s == "." || s == "..":
		return errors.New("must be a repository's name: at most 100 of A-Z, a-z, 0-9 and the characters - _ . alone")
	case strings.HasSuffix(strings.ToLower(s), ".git"):
		return errors.New("must be a repository's name without .git")
	}
	return nil
}

// repositories stores names, each once: GitHub does not tell upper from lower
// case in them.
func repositories(to *[]string) value {
	list := texts(to, checkRepository)
	return value{list.typ, func(v cty.Value) error {
		if n := v.LengthInt(); n == 0 || n > maxRepositories {
			return fmt.Errorf("must name from 1 to %d repositories; leave it out for all of them", maxRepositories)
		}
		if err := list.store(v); err != nil {
			return err
		}
		seen := map[string]bool{}
		for i, name := range *to {
			if name = strings.ToLower(name); seen[name] {
				return &entryError{index: i, error: errors.New("must name each repository once")}
			}
			seen[name] = true
		}
		return nil
	}}
}

// permissions stores access levels by name. GitHub adds new permissions, so that
// a name is only looked at for its form.
func permissions(to *map[string]string) value {
	return value{cty.Map(cty.String), func(v cty.Value) error {
		levels := v.AsValueMap()
		if len(levels) == 0 {
			return errors.New("must name a permission; leave it out for all that the installation may")
		}
		*to = map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(levels)) {
			level := levels[name]
			if len(name) > maxName || !permissionName.MatchString(name) {
				return &entryError{key: name, error: errors.New(`must have names of a-z and _, as GitHub's API has them, such as "pull_requests"`)}
			}
			if level.IsNull() || !slices.Contains(accessLevels, level.AsString()) {
				return &entryError{key: name, error: errors.New("must give each permission one of " + strings.Join(accessLevels, ", "))}
			}
			(*to)[name] = level.AsString()
		}
		return nil
	}}
}
