// Package mint turns an App's key into installation tokens: it reads the key,
// signs the App's JWT, asks GitHub, checks the answer, and sorts what went
// wrong into what to try again and what to mend. It writes nothing.
package mint

import (
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

// Installation says for whom to mint: Issuer is the App's id or client id.
type Installation struct {
	Issuer string
	ID     int64
}
