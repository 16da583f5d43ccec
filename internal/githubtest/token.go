package githubtest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A TokenFormat is a shape of installation tokens.
type TokenFormat int

const (
	// Classic is ghs_ and 36 letters and digits
	// (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
	Classic TokenFormat = iota
	// Stateless is ghs_APPID_ and a JWT: several hundred characters, two of
	// them dots, as GitHub has been giving out since April 2026.
	Stateless
)

// A Token is an installation token as it was issued.
type Token struct {
	Value          string
	InstallationID int64
	ExpiresAt      time.Time
	Permissions    map[string]string
	Selection      string   // "all" or "selected"
	Repositories   []string // as "owner/repo"
	Revoked        bool
}

// Minted returns every token issued so far, oldest first, dead ones included.
func (s *Server) Minted() []Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Token
	for _, t := range s.tokens {
		c := *t
		c.Permissions, c.Repositories = maps.Clone(t.Permissions), slices.Clone(t.Repositories)
		all = append(all, c)
	}
	return all
}

// Revoke kills a token behind its holder's back, and reports whether it was
// ever issued.
func (s *Server) Revoke(value string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.token(value)
	if t != nil {
		t.Revoked = true
	}
	return t != nil
}

func (s *Server) token(value string) *Token {
	// The latest are the ones that are asked about.
	for _, t := range slices.Backward(s.tokens) {
		if t.Value == value {
			return t
		}
	}
	return nil
}

// newValue makes the secret of a token that expires at the given time.
func (s *Server) newValue(i *Installation, expires time.Time) string {
	if s.TokenFormat == Classic {
		return "ghs_" + alphanumerics(36)
	}
	segment := base64.RawURLEncoding.EncodeToString
	signature := make([]byte, 256)
	// Never fails: https://pkg.go.dev/crypto/rand#Read
	_, _ = rand.Read(signature)
	return fmt.Sprintf("ghs_%d_%s.%s.%s", i.AppID,
		segment([]byte(`{"alg":"RS256","typ":"JWT"}`)),
		segment(fmt.Appendf(nil, `{"installation":%d,"exp":%d}`, i.ID, expires.Unix())),
		segment(signature))
}

func alphanumerics(n int) string {
	var b strings.Builder
	for b.Len() < n {
		// 26 letters and digits each. GitHub's are of either case.
		b.WriteString(rand.Text())
	}
	return b.String()[:n]
}

// A holder is who calls with an installation token.
type holder struct {
	token        *Token
	installation *Installation
	app          *App
}

// asInstallation guards an endpoint that takes an installation token.
func (s *Server) asInstallation(e func(*call, holder) (reply, error)) endpoint {
	return func(c *call) (reply, error) {
		h, err := s.authenticateToken(c)
		if err != nil {
			return reply{}, err
		}
		return e(c, h)
	}
}

// authenticateToken returns the holder of the call's token. GitHub takes it as
// Bearer and as token alike:
// https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
func (s *Server) authenticateToken(c *call) (holder, error) {
	scheme, secret := credential(c.Request)
	if scheme == "" {
		return holder{}, errNoCredentials
	}
	t := s.token(secret)
	if scheme != "bearer" && scheme != "token" || t == nil || t.Revoked || !c.now.Before(t.ExpiresAt) {
		return holder{}, errBadCredentials
	}
	i := s.installations[t.InstallationID]
	if i == nil || s.apps[i.AppID] == nil {
		return holder{}, errBadCredentials
	}
	if i.Suspended {
		return holder{}, errSuspended
	}
	return holder{t, i, s.apps[i.AppID]}, nil
}

// asAnyone guards an endpoint that asks for no credential, but refuses a dead one.
func (s *Server) asAnyone(e func(*call) reply) endpoint {
	return func(c *call) (reply, error) {
		scheme, secret := credential(c.Request)
		var err error
		switch {
		case scheme == "":
		case scheme == "bearer" && !strings.HasPrefix(secret, "ghs_"):
			_, err = s.authenticateApp(c)
		default:
			_, err = s.authenticateToken(c)
		}
		if err != nil {
			return reply{}, err
		}
		return e(c), nil
	}
}
