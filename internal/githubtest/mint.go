package githubtest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxRepositories is how many repositories a token can be narrowed to
// (https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app).
const maxRepositories = 500

func unprocessable(message string) refusal { return refusal{http.StatusUnprocessableEntity, message} }

var (
	// The first two are documented:
	// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
	errNotJSON     = refusal{http.StatusBadRequest, "Problems parsing JSON"}
	errNotObject   = refusal{http.StatusBadRequest, "Body should be a JSON object"}
	errWrongType   = unprocessable("Invalid request.")
	errPermissions = unprocessable("The permissions requested are not granted to this installation.")
	errRepository  = unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
	errTooMany     = unprocessable("Too many repositories for installation")
)

// A wish is the body of a request for a token: what to narrow it to.
type wish struct {
	Permissions   map[string]string `json:"permissions"`
	Repositories  []string          `json:"repositories"` // bare names
	RepositoryIDs []int64           `json:"repository_ids"`
}

// mint serves https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app.
func (s *Server) mint(c *call, app *App) (reply, error) {
	i, err := s.ownInstallation(c, app)
	if err != nil {
		return reply{}, err
	}
	if i.Suspended {
		return reply{}, errSuspended
	}
	w, err := parseWish(c.sent)
	if err != nil {
		return reply{}, err
	}
	t := &Token{
		InstallationID: i.ID,
		// GitHub counts in whole seconds.
		ExpiresAt: c.now.Add(s.TokenLife).UTC().Truncate(time.Second),
		Selection: i.selection(),
	}
	if t.Permissions, err = i.grant(w.Permissions); err != nil {
		return reply{}, err
	}
	if t.Repositories, err = i.narrow(w); err != nil {
		return reply{}, err
	}
	narrowed := len(w.Repositories)+len(w.RepositoryIDs) > 0
	if narrowed {
		t.Selection = "selected"
	}
	t.Value = s.newValue(i, t.ExpiresAt)
	s.tokens = append(s.tokens, t)
	body := object{
		"token":                t.Value,
		"expires_at":           t.ExpiresAt.Format(time.RFC3339),
		"permissions":          t.Permissions,
		"repository_selection": t.Selection,
	}
	if narrowed {
		// GitHub lists them only then.
		body["repositories"] = c.repositories(i, t.Repositories)
	}
	return answer(http.StatusCreated, body), nil
}

// ownInstallation returns the installation in the call's path, provided that
// it is one of the app's.
func (s *Server) ownInstallation(c *call, app *App) (*Installation, error) {
	id, err := strconv.ParseInt(c.PathValue("installation_id"), 10, 64)
	if err != nil || s.installations[id] == nil || s.installations[id].AppID != app.ID {
		return nil, errNotFound
	}
	return s.installations[id], nil
}

func parseWish(body []byte) (wish, error) {
	var w wish
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return w, nil
	case !json.Valid(body):
		return w, errNotJSON
	case body[0] != '{':
		return w, errNotObject
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return w, errWrongType
	}
	return w, nil
}

// grant returns the permissions of a token of which the given ones are wanted,
// all of the installation's when none are.
func (i *Installation) grant(wanted map[string]string) (map[string]string, error) {
	if len(wanted) == 0 {
		return maps.Clone(i.Permissions), nil
	}
	levels := []string{"read", "write", "admin"}
	granted := maps.Clone(wanted)
	for name, level := range wanted {
		l := slices.Index(levels, level)
		if l < 0 || l > slices.Index(levels, i.Permissions[name]) {
			return nil, errPermissions
		}
	}
	if metadata, ok := i.Permissions["metadata"]; ok {
		// The one permission that comes along unasked:
		// https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
		granted["metadata"] = metadata
	}
	return granted, nil
}

// narrow returns the full names of the wanted repositories, all of the
// installation's when none are wanted.
func (i *Installation) narrow(w wish) ([]string, error) {
	wanted := len(w.Repositories) + len(w.RepositoryIDs)
	if wanted == 0 {
		return slices.Clone(i.Repositories), nil
	}
	if wanted > maxRepositories {
		return nil, errTooMany
	}
	var found []string
	for _, name := range w.Repositories {
		found = append(found, i.repository(func(r string) bool { return strings.EqualFold(bareName(r), name) }))
	}
	for _, id := range w.RepositoryIDs {
		found = append(found, i.repository(func(r string) bool { return RepositoryID(r) == id }))
	}
	slices.Sort(found)
	found = slices.Compact(found)
	// What was not found sorts first.
	if found[0] == "" {
		return nil, errRepository
	}
	return found, nil
}
