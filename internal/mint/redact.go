package mint

import "regexp"

// PEM private keys. Neither dashes nor an end are asked for: the text may have
// been cut, or have run into other text.
var keys = regexp.MustCompile(`(?s)-*BEGIN [A-Z ]*PRIVATE KEY.*?(?:END [A-Z ]*PRIVATE KEY-*|$)`)

// Tokens of GitHub's documented prefixes ("About authentication to GitHub",
// "GitHub's token formats") and JWTs. What Redact cut before is taken as well,
// so that it is not marked twice.
var tokens = regexp.MustCompile(`(?:(gh[pousr]_[A-Za-z0-9._-]{4})|(github_p)at_)[A-Za-z0-9._-]*…?` +
	`|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+`)

// Redact cuts every token in text to its first eight characters, and takes
// out JWTs and private keys.
func Redact(text string) string {
	// Keys first: a token that runs into one would take its first dashes.
	text = keys.ReplaceAllString(text, "…")
	return tokens.ReplaceAllString(text, "$1$2…")
}
