package githubtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxAhead is how far ahead the exp of an app JWT may lie
// (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app).
const maxAhead = 10 * time.Minute

func unauthorized(message string) refusal { return refusal{http.StatusUnauthorized, message} }

var (
	errUndecodable = unauthorized("A JSON web token could not be decoded")
	errNoIssuer    = unauthorized("Missing 'issuer' claim ('iss') in assertion")
	errIssuer      = unauthorized("'Issuer' claim ('iss') must be an Integer")
	errUnknownApp  = refusal{http.StatusNotFound, "Integration not found"}
	errNoKey       = unauthorized("Integration must generate a public key")
	errNoIssuedAt  = unauthorized("Missing 'issued at' claim ('iat') in assertion")
	errIssuedAt    = unauthorized("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	errExpired     = unauthorized("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	errTooFarAhead = unauthorized("'Expiration time' claim ('exp') is too far in the future")
)

// asApp guards an endpoint that takes an app JWT.
func (s *Server) asApp(e func(*call, *App) (reply, error)) endpoint {
	return func(c *call) (reply, error) {
		app, err := s.authenticateApp(c)
		if err != nil {
			return reply{}, err
		}
		return e(c, app)
	}
}

// authenticateApp returns the app that signed the call's JWT.
func (s *Server) authenticateApp(c *call) (*App, error) {
	scheme, secret := credential(c.Request)
	if scheme == "token" {
		// A JWT is to be sent as Bearer, the scheme "token" is for tokens:
		// https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
		return nil, errBadCredentials
	}
	if scheme != "bearer" {
		return nil, errUndecodable
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
		jwt.WithJSONNumber(),          // an integer is told from 1.5
		jwt.WithoutClaimsValidation(), // checkTimes has GitHub's words for it
	)
	// The issuer says whose keys to try, so it is read before it is believed.
	claims := jwt.MapClaims{}
	if _, _, err := parser.ParseUnverified(secret, claims); err != nil {
		return nil, errUndecodable
	}
	app, err := s.issuer(claims["iss"])
	if err != nil {
		return nil, err
	}
	if len(app.Keys) == 0 {
		return nil, errNoKey
	}
	if _, err := parser.Parse(secret, app.keySet); err != nil {
		return nil, errUndecodable
	}
	return app, checkTimes(claims, c.now)
}

func (a *App) keySet(*jwt.Token) (any, error) {
	var set jwt.VerificationKeySet
	for _, k := range a.Keys {
		set.Keys = append(set.Keys, k)
	}
	return set, nil
}

// issuer returns the app that an iss claim names, by its client id or by its
// id as a number or a string of digits.
func (s *Server) issuer(iss any) (*App, error) {
	var name string
	switch iss := iss.(type) {
	case nil:
		return nil, errNoIssuer
	case json.Number:
		name = iss.String()
	case string:
		name = iss
		for _, a := range s.apps {
			if name != "" && a.ClientID == name {
				return a, nil
			}
		}
	}
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return nil, errIssuer
	}
	if s.apps[id] == nil {
		return nil, errUnknownApp
	}
	return s.apps[id], nil
}

// checkTimes judges iat and exp, which RFC 7519 counts in seconds, by the
// server's clock. An error of type refusal says which is wrong.
func checkTimes(claims jwt.MapClaims, now time.Time) error {
	if claims["iat"] == nil {
		return errNoIssuedAt
	}
	if iat, ok := seconds(claims["iat"]); !ok || iat > now.Unix() {
		return errIssuedAt
	}
	exp, ok := seconds(claims["exp"])
	if !ok || exp <= now.Unix() {
		return errExpired
	}
	if exp > now.Add(maxAhead).Unix() {
		return errTooFarAhead
	}
	return nil
}

func seconds(claim any) (int64, bool) {
	n, ok := claim.(json.Number)
	if !ok {
		return 0, false
	}
	v, err := n.Int64()
	return v, err == nil
}
