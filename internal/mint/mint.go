// Package mint turns an App's key into installation tokens: it reads the key,
// signs the App's JWT, asks GitHub, checks the answer, and sorts what went
// wrong into what to try again and what to mend. It writes nothing.
package mint

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Secret is a token. It prints as its first eight characters only, so that no
// log, error or panic can hold the whole of it. There are places where fmt asks
// no method: unexported fields, pointers within a value under another verb than
// %v, and %p and %w. Nor does encoding/json for the keys of a map. Keep secrets
// out of those; vet reports the verbs.
type Secret string

// String gives the first eight characters.
func (s Secret) String() string { return s.Prefix() + "…" }

// Format gives the first eight characters to every verb: those that are not for
// strings, such as %d, would print the whole.
func (s Secret) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), s.String())
}

// MarshalText gives the first eight characters to JSON, slog and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Prefix gives the first eight characters.
func (s Secret) Prefix() string { return string(s[:min(8, len(s))]) }

// Digest gives the first eight hex digits of the SHA-256, which tell apart
// stateless tokens: their prefix never changes.
func (s Secret) Digest() string { return s.SHA256()[:8] }

// SHA256 gives the digest in hex.
func (s Secret) SHA256() string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Reveal gives the token itself.
func (s Secret) Reveal() string { return string(s) }

// Token is an installation token. Both times are by the clock of this host,
// which is what they are compared with: see [Client.Mint] on a clock that is
// not GitHub's.
type Token struct {
	Value     Secret
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Installation says for whom to mint, and how narrow a token.
type Installation struct {
	Issuer string // the App's id or client id
	ID     int64
	// Repositories are bare names, without their owner, at most 500 of them. All
	// that the installation has are meant where there are none.
	Repositories []string
	// Permissions maps names to "read", "write" or "admin". All that the
	// installation grants are meant where there are none.
	Permissions map[string]string
}

// Mint asks for a new token. It tries again what may pass, with exponential
// backoff and full jitter, as long as ctx allows. Where the clock of this host
// is not GitHub's, as the Date header tells, the JWT is made for GitHub's time,
// and the token's expires_at is told by the clock of this host. A token that
// can do less than inst asks for is revoked, and an error says what it lacks;
// one that can do more is worth a warning. Errors are of type *Error.
// (docs.github.com, "Create an installation access token for an app")
func (c *Client) Mint(ctx context.Context, inst Installation, signer crypto.Signer) (Token, error) {
	app := caller{c, inst.Issuer, signer}
	token, err := retry(ctx, c, func() (Token, error) { return app.mint(ctx, inst) })
	return token, app.explain(ctx, inst, err)
}

// mint makes one request.
func (a caller) mint(ctx context.Context, inst Installation) (Token, error) {
	resp, err := a.ask(ctx, inst.request())
	switch {
	case err != nil:
		return Token{}, err
	case resp.status/100 != 2:
		return Token{}, a.refusal(resp, inst)
	}
	token, granted, err := readToken(resp)
	if err != nil {
		return Token{}, err
	}
	asked := inst.scope()
	if less := asked.beyond(granted); !less.empty() {
		_ = a.Revoke(ctx, token.Value) // else it lives for an hour
		return Token{}, fault(Denied, remedyScope, "GitHub grants less than was asked of %s: it lacks %s", inst, less)
	}
	if more := granted.excess(asked); !more.empty() {
		a.warn(fmt.Sprintf("GitHub grants more than was asked of %s: %s", inst, more))
	}
	return token, nil
}
