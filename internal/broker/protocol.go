package broker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// version is the protocol's. A server refuses every other, and fields that it does
// not know: to overlook one that narrows would give a token that can do more.
const version = 1

// maxLine bounds a request and an answer, in bytes. A request may name 500
// repositories of 100 characters each.
const maxLine = 64 << 10

// Request asks for a token.
type Request struct {
	Version int    `json:"version"`
	App     string `json:"app"`
	// Repositories and Permissions narrow the token, as in [mint.Installation].
	// Without them it is as wide as the policy allows.
	Repositories []string          `json:"repositories,omitempty"`
	Permissions  map[string]string `json:"permissions,omitempty"`
	// MinLifeSeconds is more than the token's life has left at least, where there
	// is one that lives so long.
	MinLifeSeconds int  `json:"min_life_seconds,omitempty"`
	Force          bool `json:"force,omitempty"` // a new token, whatever is known
}

// Token is a token with the fingerprint of the key that it was asked for with.
type Token struct {
	mint.Token
	Key string
}

// An answer holds a token or a failure.
type answer struct {
	Version   int       `json:"version"`
	Token     string    `json:"token,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Key       string    `json:"key,omitempty"`
	Error     *failure  `json:"error,omitempty"`
}

var (
	appForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,99}$`)
	repoForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
	wordForm = regexp.MustCompile(`^[a-z0-9_]{1,100}$`)
)

// maxRepositories is GitHub's bound on a narrowed token.
const maxRepositories = 500

// parseRequest reads one line.
func parseRequest(line []byte) (r Request, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || !ended(dec) {
		return Request{}, errors.New("the request is not one JSON object that this broker knows")
	}
	switch {
	case r.Version != version:
		return r, fmt.Errorf("the request has version %d, and this broker speaks %d alone", r.Version, version)
	case !appForm.MatchString(r.App):
		return r, errors.New("the request names no app")
	case r.MinLifeSeconds < 0 || r.MinLifeSeconds > 3600:
		return r, errors.New("min_life_seconds is not between 0 and 3600")
	}
	return r, checkScope(r.Repositories, r.Permissions)
}

// ended reports whether nothing follows what was decoded.
func ended(dec *json.Decoder) bool {
	_, err := dec.Token()
	return err == io.EOF
}

// checkScope takes what names something or is absent: a list that is empty by
// mistake must not become everything.
func checkScope(repositories []string, permissions map[string]string) error {
	if repositories != nil && len(repositories) == 0 || permissions != nil && len(permissions) == 0 {
		return errors.New("a narrowed token needs at least one repository, and one permission")
	}
	if len(repositories) > maxRepositories {
		return fmt.Errorf("more than %d repositories", maxRepositories)
	}
	for _, name := range repositories {
		if !repoForm.MatchString(name) {
			return errors.New("a repository's name is not valid: it stands without its owner")
		}
	}
	for name, level := range permissions {
		if !wordForm.MatchString(name) || level != "read" && level != "write" && level != "admin" {
			return errors.New("a permission is no name with read, write or admin")
		}
	}
	return nil
}

// parseAnswer reads what a server says.
func parseAnswer(line []byte) (Token, error) {
	var a answer
	dec := json.NewDecoder(bytes.NewReader(line))
	if err := dec.Decode(&a); err != nil || !ended(dec) || a.Version != version {
		return Token{}, fault(mint.BadSetup, remedyVersions, "the broker's answer is not understood")
	}
	if a.Error != nil {
		return Token{}, a.Error.err()
	}
	if a.Token == "" || a.ExpiresAt.IsZero() {
		return Token{}, fault(mint.BadSetup, remedyVersions, "the broker's answer holds no token")
	}
	return Token{mint.Token{Value: mint.Secret(a.Token), CreatedAt: a.CreatedAt, ExpiresAt: a.ExpiresAt}, a.Key}, nil
}

const remedyVersions = "run the same version of ghauth-provision on both sides of the socket"

// answerOf puts a token or an error into a line. Every token of GitHub's fits.
func answerOf(t Token, err error) []byte {
	a := answer{Version: version}
	if err != nil {
		a.Error = failureOf(err)
	} else {
		a.Token, a.CreatedAt, a.ExpiresAt, a.Key = t.Value.Reveal(), t.CreatedAt, t.ExpiresAt, t.Key
	}
	line, _ := json.Marshal(a) // strings and times of this century cannot fail
	return append(line, '\n')
}
