package mint

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A scope is what a token may do and where, in GitHub's form.
type scope struct {
	Repositories []string          `json:"repositories,omitempty"` // bare names
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

const remedyScope = "an owner has to grant it (the installation's settings, Configure), or the spec's permissions and repositories have to ask for less"

// levels are those of a permission; each allows what those before it do.
var levels = []string{"read", "write", "admin"}

// beyond gives what s has and other has not.
func (s scope) beyond(other scope) scope {
	rest := scope{Permissions: map[string]string{}}
	for name, level := range s.Permissions {
		has := other.Permissions[name]
		if rank := slices.Index(levels, level); has != level && (rank < 0 || slices.Index(levels, has) < rank) {
			rest.Permissions[name] = level
		}
	}
	for _, name := range s.Repositories {
		if !slices.ContainsFunc(other.Repositories, func(r string) bool { return strings.EqualFold(r, name) }) {
			rest.Repositories = append(rest.Repositories, name)
		}
	}
	return rest
}

// excess gives what was granted though less was asked for. What was not
// narrowed has none, and metadata comes along with every token.
func (s scope) excess(asked scope) scope {
	rest := s.beyond(asked)
	delete(rest.Permissions, "metadata")
	if len(asked.Permissions) == 0 {
		rest.Permissions = nil
	}
	if len(asked.Repositories) == 0 {
		rest.Repositories = nil
	}
	return rest
}

// Lacks says what of the wanted permissions the installation does not grant, ""
// if it grants all.
func (i InstallationInfo) Lacks(want map[string]string) string {
	less := scope{Permissions: want}.beyond(scope{Permissions: i.Permissions})
	if less.empty() {
		return ""
	}
	return less.String()
}

// Exceeds says what i has beyond bounds, "" if nothing: what bounds does not narrow
// allows all. Metadata comes along with every token.
func (i Installation) Exceeds(bounds Installation) string {
	if more := i.scope().excess(bounds.scope()); !more.empty() {
		return more.String()
	}
	return ""
}

func (s scope) empty() bool { return len(s.Repositories)+len(s.Permissions) == 0 }

// String lists the permissions, then the repositories.
func (s scope) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.Permissions)) {
		all = append(all, name+": "+s.Permissions[name])
	}
	if len(s.Repositories) > 0 {
		all = append(all, "access to "+some(s.Repositories))
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// some lists the first names, and counts the others.
func some(names []string) string {
	text := strings.Join(names[:min(maxNamed, len(names))], ", ")
	if rest := len(names) - maxNamed; rest > 0 {
		text += fmt.Sprintf(" and %d more", rest)
	}
	return text
}
