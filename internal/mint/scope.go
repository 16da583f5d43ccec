package mint

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// A scope is what a token may do and where, in GitHub's form.
type scope struct {
	Repositories []string          `json:"repositories,omitempty"`
	Permissions  map[string]string `json:"permissions,omitempty"`
}

func (i Installation) scope() scope { return scope{i.Repositories, i.Permissions} }

// narrowed reports whether less is asked for than all that there is.
func (i Installation) narrowed() bool { return len(i.Repositories)+len(i.Permissions) > 0 }

// repositorySize is more than GitHub says of one repository, in bytes: the
// answer to a mint describes each one that was asked for.
const repositorySize = 16 << 10

// request asks for a token.
func (i Installation) request() request {
	r := request{
		method: http.MethodPost,
		path:   fmt.Sprintf("/app/installations/%d/access_tokens", i.ID),
		most:   maxBody + int64(len(i.Repositories))*repositorySize,
	}
	if i.narrowed() {
		r.body, _ = json.Marshal(i.scope()) // strings can always be
	}
	return r
}

const remedyScope = "an owner has to grant it (the installation's settings, Configure), or take it out of repositories and permissions in the spec"

// levels are those of a permission; each allows what those before it do.
var levels = []string{"read", "write", "admin"}

// lacking says what of asked is not granted, "" if all is.
func lacking(asked, granted scope) string {
	var lacks []string
	for _, name := range slices.Sorted(maps.Keys(asked.Permissions)) {
		level, got := asked.Permissions[name], granted.Permissions[name]
		if slices.Index(levels, got) >= max(0, slices.Index(levels, level)) {
			continue
		}
		if got == "" {
			got = "nothing"
		}
		lacks = append(lacks, fmt.Sprintf("permission %s: %s asked, %s granted", name, level, got))
	}
	for _, name := range asked.Repositories {
		if !slices.ContainsFunc(granted.Repositories, func(r string) bool { return strings.EqualFold(r, name) }) {
			lacks = append(lacks, "no access to repository "+name)
		}
	}
	return strings.Join(lacks, "; ")
}

// list puts permissions on one line.
func list(permissions map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(permissions)) {
		all = append(all, name+": "+permissions[name])
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// plainWord is what names of permissions and their levels are made of.
var plainWord = regexp.MustCompile(`^[a-z0-9_]{1,100}$`)

// plain takes out of permissions what cannot be one, so that they may be shown.
func plain(permissions map[string]string) map[string]string {
	maps.DeleteFunc(permissions, func(name, level string) bool {
		return !plainWord.MatchString(name) || !plainWord.MatchString(level)
	})
	return permissions
}
