package refresh

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// State is what is to be thought of a stored token.
type State string

// The states. A token that is Fresh or Due can be used.
const (
	Fresh      State = "fresh"
	Due        State = "due"        // it lives, and the next run replaces it
	Expired    State = "expired"    // its time is over
	Superseded State = "superseded" // it is of another App, installation, scope or host
	Invalid    State = "invalid"    // the file is loose, or holds no token
	Missing    State = "missing"
)

// Stored reads app's token and judges it at the time now. The error says why
// the state is Invalid, and is nil in every other.
func (a App) Stored(now time.Time) (Stored, State, error) {
	f, state, err := a.stored(now)
	return f.Stored, state, err
}

func (a App) stored(now time.Time) (tokenFile, State, error) {
	s, err := readToken(a.TokenFile)
	s.atLeast(a.sinceBoot(), now)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, Missing, nil
	case err != nil:
		return s, Invalid, err
	case s.mode != 0o600:
		return s, Invalid, fmt.Errorf("%s has mode %04o, not 0600", a.TokenFile, s.mode)
	case s.source != "" && s.source != a.source():
		return s, Superseded, nil
	case !s.ExpiresAt.After(now):
		return s, Expired, nil
	case due(s.Token, now, a.RenewWithin):
		return s, Due, nil
	}
	return s, Fresh, nil
}

// due reports whether a token has to be replaced: at most within of its life is
// left, or it comes from the future, as after a clock was set back. No token,
// the zero one, is due.
func due(t mint.Token, now time.Time, within time.Duration) bool {
	return t.ExpiresAt.Sub(now) <= within || t.CreatedAt.Sub(now) > clockBack
}
