package mint

import (
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxTokenLife is twice what GitHub gives: more is no installation token.
const maxTokenLife = 2 * time.Hour

// Stateless tokens have several hundred characters. Of a token below the least
// too much would be shown with its first eight.
const (
	minToken = 20
	maxToken = 4096
)

// A token goes into env files and header lines: no character of it may mean
// anything there. Stateless tokens have dots.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// readToken checks an answer to the letter before anything of it is kept. The
// request was sent at the time sent of this host's clock, which GitHub's is
// ahead of by offset.
func readToken(resp *http.Response, body []byte, sent time.Time, offset time.Duration) (Token, error) {
	const remedy = "a proxy or captive portal may answer in GitHub's place; the timer tries again"
	if len(body) > maxBody {
		return Token{}, fault(Temporary, remedy, "GitHub's answer is larger than %d bytes", maxBody)
	}
	header := resp.Header.Get("Content-Type")
	if kind, _, _ := mime.ParseMediaType(header); kind != "application/json" {
		return Token{}, fault(Temporary, remedy, "the answer is %s, not application/json", quote(header))
	}
	if resp.StatusCode != http.StatusCreated {
		return Token{}, fault(Temporary, remedy, "GitHub answers %d in place of 201", resp.StatusCode)
	}
	var answer struct {
		Token     string    `json:"token"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		// The decoder's error may quote the body: say only what it means.
		return Token{}, fault(Temporary, remedy, "GitHub's answer is not the JSON expected, or cut off")
	}
	if n := len(answer.Token); n < minToken || n > maxToken || !tokenForm.MatchString(answer.Token) {
		return Token{}, fault(Temporary, remedy, "GitHub's answer holds no usable token")
	}
	expires := answer.ExpiresAt.Add(-offset).UTC()
	if life := expires.Sub(sent); life <= 0 || life > maxTokenLife {
		return Token{}, fault(Temporary, remedy, "GitHub's answer has an expires_at that cannot be: %s", answer.ExpiresAt.Format(time.RFC3339))
	}
	return Token{Value: Secret(answer.Token), CreatedAt: sent.UTC(), ExpiresAt: expires}, nil
}

// message takes GitHub's own words out of an error's body.
func message(body []byte) string {
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Message == "" {
		return "(no message)"
	}
	return quote(answer.Message)
}

// quote puts foreign words on one line, redacted, cut and in quotes. To redact
// comes first: a cut token could not be told from other words.
func quote(words string) string {
	words = strings.Join(strings.Fields(Redact(words)), " ")
	if runes := []rune(words); len(runes) > 200 {
		words = string(runes[:200]) + "…"
	}
	return strconv.Quote(words)
}
