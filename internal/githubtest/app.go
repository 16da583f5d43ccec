package githubtest

import (
	"cmp"
	"crypto/rsa"
	"maps"
	"slices"
	"strings"
	"time"
)

// An App is a registered GitHub App.
type App struct {
	ID       int64
	ClientID string // such as "Iv23liABCDEFGHIJKLMN"
	Slug     string // its bot is SLUG[bot]
	Name     string
	Owner    string // the login of the account that registered it; octo-org if empty
	User     bool   // that account is a user, not an organization
	// Keys are the public halves of its private keys: GitHub takes up to 25
	// (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps).
	Keys []*rsa.PublicKey
	// Permissions are those that the app asks for; metadata alone if there are
	// none. What a token may do is for its installation to say.
	Permissions map[string]string
}

// An Installation is an app on an account.
type Installation struct {
	ID, AppID int64
	Owner     string // the account's login
	User      bool   // the account is a user, not an organization
	// Permissions are those granted: names to "read", "write" or "admin".
	Permissions map[string]string
	// Repositories are those the app may access, as "owner/repo".
	Repositories []string
	// All says that they are all of the account's, rather than selected ones.
	All       bool
	Suspended bool

	suspendedAt time.Time
}

// AddApp registers an app, or replaces the one with the same ID.
func (s *Server) AddApp(a App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addApp(a)
}

func (s *Server) addApp(a App) {
	a.Keys = slices.Clone(a.Keys)
	a.Permissions = maps.Clone(a.Permissions)
	if a.Permissions == nil {
		a.Permissions = map[string]string{"metadata": "read"}
	}
	a.Owner = cmp.Or(a.Owner, "octo-org")
	s.apps[a.ID] = &a
}

// SetKeys replaces the keys of an app, as its owner does to rotate them.
func (s *Server) SetKeys(appID int64, keys ...*rsa.PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.apps[appID]; a != nil {
		a.Keys = slices.Clone(keys)
	}
}

// AddInstallation installs an app, or replaces the installation with the same
// ID. Tokens issued before keep their own permissions and repositories.
func (s *Server) AddInstallation(i Installation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addInstallation(i)
}

func (s *Server) addInstallation(i Installation) {
	i.Permissions = maps.Clone(i.Permissions)
	if i.Permissions == nil {
		i.Permissions = map[string]string{}
	}
	i.Repositories = slices.Clone(i.Repositories)
	i.suspendedAt = s.Now()
	s.installations[i.ID] = &i
}

// SetSuspended suspends an installation or ends its suspension. While it lasts
// no token is minted and none works.
func (s *Server) SetSuspended(id int64, suspended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.installations[id]; i != nil {
		i.Suspended, i.suspendedAt = suspended, s.Now()
	}
}

// RemoveInstallation uninstalls an app from an account. Its tokens die.
func (s *Server) RemoveInstallation(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.installations, id)
}

// RenameRepository gives a repository another name, both as "owner/repo". The
// old one leads to the new by a redirect.
func (s *Server) RenameRepository(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.installations {
		if n := slices.Index(i.Repositories, from); n >= 0 {
			i.Repositories[n] = to
			s.renamed[strings.ToLower(from)] = to
		}
	}
}

// findInstallation returns the app's first installation that fits, nil without one.
func (s *Server) findInstallation(a *App, fits func(*Installation) bool) *Installation {
	for _, id := range sortedIDs(s.installations) {
		if i := s.installations[id]; i.AppID == a.ID && fits(i) {
			return i
		}
	}
	return nil
}

// repository returns the full name of the repository that fits, "" without one.
func (i *Installation) repository(fits func(fullName string) bool) string {
	for _, r := range i.Repositories {
		if fits(r) {
			return r
		}
	}
	return ""
}

// selection is the installation's repository_selection.
func (i *Installation) selection() string {
	if i.All {
		return "all"
	}
	return "selected"
}

// bareName is the name of a repository without its owner.
func bareName(fullName string) string {
	_, name, _ := strings.Cut(fullName, "/")
	return name
}
