package mint

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The App's JWT lives from a minute before now, against small skew, to nine
// minutes after: GitHub refuses more than ten (docs.github.com, "Generating a
// JSON Web Token (JWT) for a GitHub App"), and those who use all ten fail when
// their clock is a second ahead.
const (
	backdate = time.Minute
	jwtLife  = 9 * time.Minute
)

// signJWT makes the JWT that stands for the App itself.
func signJWT(issuer string, signer crypto.Signer, now time.Time) (string, error) {
	return jwt.NewWithClaims(rs256{jwt.SigningMethodRS256}, jwt.RegisteredClaims{
		Issuer:    issuer,
		IssuedAt:  jwt.NewNumericDate(now.Add(-backdate)),
		ExpiresAt: jwt.NewNumericDate(now.Add(jwtLife)),
	}).SignedString(signer)
}

// rs256 is RS256 (RFC 7518, section 3.3) over any crypto.Signer; the library's
// own signs with an *rsa.PrivateKey alone.
type rs256 struct{ *jwt.SigningMethodRSA }

func (rs256) Sign(signingString string, key any) ([]byte, error) {
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, jwt.ErrInvalidKeyType
	}
	digest := sha256.Sum256([]byte(signingString))
	return signer.Sign(rand.Reader, digest[:], crypto.SHA256)
}
