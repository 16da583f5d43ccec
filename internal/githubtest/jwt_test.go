package githubtest_test

import (
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

const (
	undecodable = "A JSON web token could not be decoded"
	badIssuedAt = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	badExpiry   = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	badIssuer   = "'Issuer' claim ('iss') must be an Integer"
)

// with returns good claims but for one, which is left out if value is nil.
func with(name string, value any) jwt.MapClaims {
	c := claims()
	c[name] = value
	if value == nil {
		delete(c, name)
	}
	return c
}

func TestClaims(t *testing.T) {
	w := newWorld(t)
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, test := range []struct {
		name    string
		claims  jwt.MapClaims
		status  int
		message string // "" if the JWT is to be taken
	}{
		{"client id", claims(), 200, ""},
		{"app id", with("iss", appID), 200, ""},
		{"app id as a string", with("iss", "1234"), 200, ""},
		{"no iss", with("iss", nil), 401, "Missing 'issuer' claim ('iss') in assertion"},
		{"iss of another kind", with("iss", []string{"1234"}), 401, badIssuer},
		{"iss empty", with("iss", ""), 401, badIssuer},
		{"iss with a blank", with("iss", "1234 "), 401, badIssuer},
		{"unknown client id", with("iss", "Iv1.0000000000000000"), 401, badIssuer},
		{"unknown app id", with("iss", 77), 404, "Integration not found"},
		{"iat now", with("iat", at(0)), 200, ""},
		{"iat in the future", with("iat", at(time.Second)), 401, badIssuedAt},
		{"iat with a fraction", with("iat", 1780000000.5), 401, badIssuedAt},
		{"iat as a string", with("iat", "1780000000"), 401, badIssuedAt},
		{"no iat", with("iat", nil), 401, "Missing 'issued at' claim ('iat') in assertion"},
		{"exp at the ceiling", with("exp", at(10*time.Minute)), 200, ""},
		{"exp beyond it", with("exp", at(10*time.Minute+time.Second)), 401, "'Expiration time' claim ('exp') is too far in the future"},
		{"exp now", with("exp", at(0)), 401, badExpiry},
		{"exp with a fraction", with("exp", 1780000000.5), 401, badExpiry},
		{"exp as a string", with("exp", "1780000000"), 401, badExpiry},
		{"no exp", with("exp", nil), 401, badExpiry},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &world{t, w.Server, w.url}
			a := w.do("GET", "/app", sign(t, 0, test.claims), "")
			if test.message != "" {
				w.refuses(a, test.status, test.message)
			} else if a.status != test.status {
				t.Errorf("status = %d, want %d: %s", a.status, test.status, a.text)
			}
		})
	}
	w.conforms()
}

func TestSignature(t *testing.T) {
	w := newWorld(t)
	key, _ := githubtest.Key(0)
	signed := func(m jwt.SigningMethod, k any) string {
		s, err := jwt.NewWithClaims(m, claims()).SignedString(k)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + s
	}
	good := sign(t, 0, claims())
	for _, test := range []struct {
		name, auth, message string
	}{
		{"no credential", "", undecodable},
		{"no JWT", "Bearer nonsense", undecodable},
		{"an installation token", "Bearer " + w.mint("").Token, undecodable},
		{"the key of another", sign(t, 1, claims()), undecodable},
		{"no signature", good[:strings.LastIndex(good, ".")+1], undecodable},
		{"RS512", signed(jwt.SigningMethodRS512, key), undecodable},
		{"PS256", signed(jwt.SigningMethodPS256, key), undecodable},
		{"HS256", signed(jwt.SigningMethodHS256, []byte("secret")), undecodable},
		{"none", signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType), undecodable},
		{"Basic", "Basic " + good[len("Bearer "):], undecodable},
		{"the scheme of tokens", "token " + good[len("Bearer "):], "Bad credentials"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &world{t, w.Server, w.url}
			w.refuses(w.do("GET", "/app", test.auth, ""), http.StatusUnauthorized, test.message)
		})
	}
	w.conforms()
}

func TestRotation(t *testing.T) {
	w := newWorld(t)
	old, _ := githubtest.Key(0)
	next, _ := githubtest.Key(1)
	for _, test := range []struct {
		name     string
		keys     []*rsa.PublicKey
		old, new int
	}{
		{"before", []*rsa.PublicKey{&old.PublicKey}, 200, 401},
		{"overlap", []*rsa.PublicKey{&old.PublicKey, &next.PublicKey}, 200, 200},
		{"after", []*rsa.PublicKey{&next.PublicKey}, 401, 200},
	} {
		w.SetKeys(appID, test.keys...)
		for n, want := range []int{test.old, test.new} {
			if got := w.do("GET", "/app", sign(t, n, claims()), "").status; got != want {
				t.Errorf("%s: key %d: status = %d, want %d", test.name, n, got, want)
			}
		}
	}
	w.SetKeys(appID)
	w.refuses(w.do("GET", "/app", sign(t, 0, claims()), ""), 401, "Integration must generate a public key")
	w.conforms()
}
