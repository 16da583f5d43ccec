package testoctokit_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A JWT of ours is one to Node's cryptography, and says what GitHub asks for
// (docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App").
func TestOurJWT(t *testing.T) {
	for _, issuer := range []string{clientID, strconv.Itoa(appID)} {
		w := newWorld(t)
		inst := octo
		inst.Issuer = issuer
		if _, _, err := w.ours(t, inst); err != nil {
			t.Fatal(err)
		}
		jwt := w.lastSent()
		got := w.verify(t, jwt)
		if !got.Valid || got.Header.Alg != "RS256" || got.Claims.Iss != issuer {
			t.Errorf("%s: node has %+v", issuer, got)
		}
		now := time.Now().Unix()
		if c := got.Claims; c.Iat > now-50 || c.Iat < now-90 || c.Exp > now+600 || c.Exp <= now+400 {
			t.Errorf("%s: iat is %d s from now, exp %d s", issuer, c.Iat-now, c.Exp-now)
		}
		if head := jwt[:strings.LastIndex(jwt, ".")]; w.verify(t, head+"."+strings.Repeat("A", len(jwt)-len(head)-1)).Valid {
			t.Errorf("%s: node takes any signature", issuer)
		}
	}
}

// verified is what verify.mjs says of a JWT.
type verified struct {
	Valid  bool
	Header struct{ Alg string }
	Claims struct {
		Iss      string
		Iat, Exp int64
	}
}

func (w *world) verify(t *testing.T, jwt string) (v verified) {
	t.Helper()
	out, err := w.node(t, "verify.mjs", jwt, "KEY="+w.public)
	if err == nil {
		err = json.Unmarshal(out, &v)
	}
	if err != nil {
		t.Fatalf("verify.mjs: %v: %s", err, out)
	}
	return v
}

// A JWT of octokit's passes the stand-in, by which both sides are judged.
func TestTheirJWT(t *testing.T) {
	w := newWorld(t)
	for _, issuer := range []string{clientID, strconv.Itoa(appID)} {
		jwt, err := w.node(t, "jwt.mjs", "", "APP_ID="+issuer)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/app", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(jwt)))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", issuer, resp.StatusCode)
		}
	}
}
