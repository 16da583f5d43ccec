package mint

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever a refusal holds, it becomes one short line, a remedy, and a wait of at
// most an hour.
func FuzzRefusal(f *testing.F) {
	f.Add(401, "", "", "", []byte(`{"message":"Bad credentials"}`))
	f.Add(403, "60", "", "", []byte(`{"message":"You have exceeded a secondary rate limit"}`))
	f.Add(429, "Mon, 01 Jun 2026 12:01:00 GMT", "Mon, 01 Jun 2026 12:00:00 GMT", "", []byte(`{}`))
	f.Add(403, "", "", "1780315200", []byte(`{"message":"API rate limit exceeded"}`))
	f.Add(422, "-1", "x", "-9223372036854775808", []byte(`{"message":"\u001b[31m\nToo many repositories ghs_canary0123456789"}`))
	f.Add(503, "99999999999999999999", "", "", []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, after, date, reset string, body []byte) {
		h := http.Header{"Retry-After": {after}, "Date": {date}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {reset}}
		e := refusal(response{status: status, header: h, body: body, sent: now, received: now}, octo)
		if e.Remedy == "" || len(e.Reason) > 2000 || strings.ContainsFunc(e.Reason, func(r rune) bool { return r < ' ' }) {
			t.Errorf("reason = %q, remedy = %q", e.Reason, e.Remedy)
		}
		if e.wait < 0 || e.wait > time.Hour {
			t.Errorf("wait = %s", e.wait)
		}
	})
}
