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

// MaxTokenLife is twice what GitHub gives: more is no installation token.
const MaxTokenLife = 2 * time.Hour

// Stateless tokens have several hundred characters. Of a token below the least
// too much would be shown with its first eight.
const (
	minToken = 20
	maxToken = 4096
)

// A token goes into env files and header lines: no character of it may mean
// anything there. Stateless tokens have dots.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// remedyPortal is for what GitHub would not answer.
const remedyPortal = "a proxy or captive portal may answer in GitHub's place; the timer tries again"

// readJSON checks that resp is an answer of that status in JSON, and decodes it.
func readJSON(resp response, status int, v any) error {
	if resp.tooLarge {
		return fault(Temporary, remedyPortal, "GitHub's answer is larger than %d bytes", len(resp.body)-1)
	}
	header := resp.header.Get("Content-Type")
	if kind, _, _ := mime.ParseMediaType(header); kind != "application/json" {
		return fault(Temporary, remedyPortal, "the answer is %s, not application/json", quote(header))
	}
	if resp.status != status {
		return fault(Temporary, remedyPortal, "GitHub answers %d in place of %d", resp.status, status)
	}
	if err := json.Unmarshal(resp.body, v); err != nil {
		// The decoder's error may quote the body: say only what it means.
		return fault(Temporary, remedyPortal, "GitHub's answer is not the JSON expected, or cut off")
	}
	return nil
}

// readToken checks an answer to the letter before anything of it is kept. It
// gives the token and what that is good for.
func readToken(resp response) (Token, scope, error) {
	var answer struct {
		Token        string            `json:"token"`
		ExpiresAt    time.Time         `json:"expires_at"`
		Permissions  map[string]string `json:"permissions"`
		Repositories []struct {
			Name string `json:"name"`
		} `json:"repositories"`
	}
	if err := readJSON(resp, http.StatusCreated, &answer); err != nil {
		return Token{}, scope{}, err
	}
	if n := len(answer.Token); n < minToken || n > maxToken || !tokenForm.MatchString(answer.Token) {
		return Token{}, scope{}, fault(Temporary, remedyPortal, "GitHub's answer holds no usable token")
	}
	expires := answer.ExpiresAt.Add(-resp.offset).UTC()
	if life := expires.Sub(resp.sent); life <= 0 || life > MaxTokenLife {
		return Token{}, scope{}, fault(Temporary, remedyPortal, "GitHub's answer has an expires_at that cannot be: %s", answer.ExpiresAt.Format(time.RFC3339))
	}
	granted := scope{Permissions: plain(answer.Permissions)}
	for _, r := range answer.Repositories {
		granted.Repositories = append(granted.Repositories, formed(dottedForm, r.Name))
	}
	return Token{Value: Secret(answer.Token), CreatedAt: resp.sent.UTC(), ExpiresAt: expires}, granted, nil
}

// noMessage stands for the words of an error that is not the API's.
const noMessage = "(no message)"

// message takes GitHub's own words out of an error's body.
func message(body []byte) string {
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Message == "" {
		return noMessage
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
