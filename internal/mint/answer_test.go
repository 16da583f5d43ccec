package mint

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	canary = "ghs_Canary7890abcdefghijklmnopqrstuvwxyz"
	asJSON = "application/json; charset=utf-8"
)

// answer is the body of a good answer but for what it is given.
func answer(token, expires string) string {
	return fmt.Sprintf(`{"token":%q,"expires_at":%q,"permissions":{}}`, token, expires)
}

func inTime(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }

func TestAnswerTaken(t *testing.T) {
	padded := answer(canary, inTime(time.Hour))
	padded += strings.Repeat(" ", maxBody-len(padded))
	for _, tt := range []struct {
		name, kind, body string
	}{
		{"plain", "application/json", answer(canary, inTime(time.Hour))},
		{"with a charset", asJSON, answer(canary, inTime(time.Hour))},
		{"another time zone", asJSON, answer(canary, "2026-06-01T14:00:00+01:00")},
		{"the longest life", asJSON, answer(canary, inTime(2*time.Hour))},
		{"the shortest life", asJSON, answer(canary, inTime(time.Second))},
		{"the largest body", asJSON, padded},
		{"the shortest token", asJSON, answer("v1.abcdefghij-lmno_q", inTime(time.Hour))},
		{"the longest token", asJSON, answer(strings.Repeat("a", 4096), inTime(time.Hour))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(-1, "", reply(201, tt.kind, tt.body))
			if got := w.mustMint(t); got.ExpiresAt.Location() != time.UTC {
				t.Errorf("ExpiresAt = %v, want it in UTC", got.ExpiresAt)
			}
			w.requested(t, 1)
		})
	}
}

// Fault: cut-answer, captive-portal, odd-token, odd-expiry
func TestAnswerRefused(t *testing.T) {
	good := answer(canary, inTime(time.Hour))
	const (
		noJSON  = "is not the JSON expected, or cut off"
		noToken = "holds no usable token"
		noTime  = "has an expires_at that cannot be"
	)
	for _, tt := range []struct {
		name   string
		status int
		kind   string
		body   string
		want   string
	}{
		{"captive portal", 200, "text/html", "<html>", `the answer is "text/html", not application/json`},
		{"captive portal's 201", 201, "text/html; charset=utf-8", "<html>", `the answer is "text/html; charset=utf-8", not application/json`},
		{"token as text", 201, "text/plain", good, `the answer is "text/plain"`},
		{"no content type", 201, "", good, `the answer is ""`},
		{"long content type", 201, strings.Repeat("x", 5000) + "/html", good, `xx…", not application/json`},
		{"200", 200, asJSON, good, "GitHub answers 200 in place of 201"},
		{"cut off", 201, asJSON, good[:len(good)-1], noJSON},
		{"nothing", 201, asJSON, "", noJSON},
		{"an array", 201, asJSON, "[" + good + "]", noJSON},
		{"two", 201, asJSON, good + good, noJSON},
		{"null", 201, asJSON, "null", noToken},
		{"no token", 201, asJSON, `{"expires_at":"` + inTime(time.Hour) + `"}`, noToken},
		{"token of a number", 201, asJSON, strings.ReplaceAll(good, `"`+canary+`"`, "1"), noJSON},
		{"empty token", 201, asJSON, answer("", inTime(time.Hour)), noToken},
		{"newline", 201, asJSON, answer(canary+"\nPATH=.", inTime(time.Hour)), noToken},
		{"final newline", 201, asJSON, answer(canary+"\n", inTime(time.Hour)), noToken},
		{"NUL", 201, asJSON, `{"token":"` + canary + `\u0000","expires_at":"` + inTime(time.Hour) + `"}`, noToken},
		{"blank", 201, asJSON, answer(canary+" x", inTime(time.Hour)), noToken},
		{"quote", 201, asJSON, answer(canary+"'", inTime(time.Hour)), noToken},
		{"dollar", 201, asJSON, answer(canary+"$(id)", inTime(time.Hour)), noToken},
		{"not ASCII", 201, asJSON, answer(canary+"é", inTime(time.Hour)), noToken},
		{"short token", 201, asJSON, answer(canary[:19], inTime(time.Hour)), noToken},
		{"long token", 201, asJSON, answer(strings.Repeat("a", 4097), inTime(time.Hour)), noToken},
		{"no expires_at", 201, asJSON, `{"token":"` + canary + `"}`, noTime},
		{"expires_at null", 201, asJSON, `{"token":"` + canary + `","expires_at":null}`, noTime},
		{"expires_at of a number", 201, asJSON, `{"token":"` + canary + `","expires_at":1780318800}`, noJSON},
		{"expires_at of no time", 201, asJSON, answer(canary, "tomorrow"), noJSON},
		{"expired", 201, asJSON, answer(canary, inTime(-time.Second)), noTime},
		{"expires now", 201, asJSON, answer(canary, inTime(0)), noTime},
		{"expires too late", 201, asJSON, answer(canary, inTime(2*time.Hour+time.Second)), noTime},
		{"never expires", 201, asJSON, answer(canary, "9999-12-31T23:59:59Z"), noTime},
		{"large body", 201, asJSON, good + strings.Repeat(" ", maxBody), "is larger than 102400 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(-1, "", reply(tt.status, tt.kind, tt.body))
			got, err := w.mint(t)
			wantError(t, err, Temporary, tt.want, "captive portal")
			if got != (Token{}) {
				t.Errorf("Mint() = %v with its error", got)
			}
			if strings.Contains(err.Error(), canary[8:]) {
				t.Errorf("the error holds the token: %v", err)
			}
			w.requested(t, maxTries)
		})
	}
}

// Life is judged by GitHub's clock, whatever this host's says.
//
// Fault: clock-fast, clock-slow
func TestLifeUnderSkew(t *testing.T) {
	for _, ahead := range []time.Duration{-3 * time.Hour, 3 * time.Hour} {
		for life, ok := range map[time.Duration]bool{0: false, time.Second: true, 2 * time.Hour: true, 2*time.Hour + time.Second: false} {
			w := newWorld(t)
			w.ahead = ahead
			w.Fail(-1, "", reply(201, asJSON, answer(canary, inTime(life))))
			if _, err := w.mint(t); (err == nil) != ok {
				t.Errorf("ahead by %v, life of %v: error = %v, want none %v", ahead, life, err, ok)
			}
		}
	}
}

func FuzzReadToken(f *testing.F) {
	f.Add(201, asJSON, []byte(answer(canary, inTime(time.Hour))), int64(0))
	f.Add(201, asJSON, []byte(answer(canary, inTime(time.Hour))), int64(time.Hour))
	f.Add(201, "application/json", []byte(`{"token":"`+canary+`\u0000","expires_at":"0000-01-01T00:00:00Z"}`), int64(-1))
	f.Add(201, "Application/JSON", []byte(`{"TOKEN":"`+canary+`","expires_at":"2026-06-01T12:00:00.5+23:59"}`), int64(1))
	f.Add(201, asJSON, []byte(granting(`"contents":"read","a\n":"write"`, `{"name":"hello"},{"name":"\u001b[31m"}`)), int64(0))
	f.Add(200, "text/html", []byte("<html>"), int64(0))
	f.Add(201, ";", []byte(`{"token":null}`), int64(1)<<62)
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte, offset int64) {
		resp := response{status: status, header: http.Header{"Content-Type": {kind}}, body: body, sent: now, offset: time.Duration(offset)}
		got, granted, err := readToken(resp)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Kind != Temporary || e.Remedy == "" || len(e.Reason) > 2000 || got != (Token{}) {
				t.Errorf("readToken() = %v, %#v, want no token and one short Temporary error with a remedy", got, err)
			}
			return
		}
		if life := got.ExpiresAt.Sub(now); life <= 0 || life > 2*time.Hour {
			t.Errorf("life = %v", life)
		}
		if text := granted.String(); strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("granted = %q", text)
		}
		value := got.Value.Reveal()
		if strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" || len(value) < 20 {
			t.Errorf("token = %q", value)
		}
	})
}
