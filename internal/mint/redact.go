package mint

import "regexp"

// PEM private keys. Neither dashes nor an end are asked for: the text may have
// been cut, or have run into other text.
var keys = regexp.MustCompile(`(?s)-*BEGIN [A-Z ]*PRIVATE KEY.*?(?:END [A-Z ]*PRIVATE KEY-*|$)`)

// What is left of one that has lost its beginning: Base64 (RFC 7468, section 3) up to
// its end.
var headless = regexp.MustCompile(`[A-Za-z0-9+/=\\\s]*-*END [A-Z ]*PRIVATE KEY-*`)

// Tokens of GitHub's documented prefixes ("About authentication to GitHub",
// "GitHub's token formats") and JWTs. What Redact cut before is taken as well,
// so that it is not marked twice.
var tokens = regexp.MustCompile(`(?:(gh[pousr]_[A-Za-z0-9._-]{4})|(github_p)at_)[A-Za-z0-9._-]*…?` +
	`|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+`)

// Secrets of others, which a program of the user's may tell of: tokens of Vault
// ("Tokens", and before 1.10), Telegram's bots, OpenAI, Anthropic, Slack, GitLab, npm
// and PyPI by their prefixes, a URL's password (RFC 3986, section 3.2.1), and a
// header's credentials (RFC 9110, section 11.4). What names the kind is kept. More than
// eight characters are asked for: these are what Redact has left of a token.
var others = regexp.MustCompile(`(hv[sbr]\.)[A-Za-z0-9_-]{9,}` +
	`|\b([sbr]\.)[A-Za-z0-9]{24,}` +
	`|((?:\b|bot)[0-9]{6,}:)[A-Za-z0-9_-]{30,}` +
	`|\b(sk-|xox[a-z]-|xapp-|glpat-|pypi-)[A-Za-z0-9_-]{20,}` +
	`|\b(npm_)[A-Za-z0-9]{30,}` +
	`|(://[^\s/:@]*:)[^\s/@…]+(@)` +
	`|(?i:(\bbearer[ \t]+|\bauthorization["']?[ \t]*[:=][ \t]*["']?(?:basic|token)[ \t]+)[a-z0-9._~+/=-]{9,}…?)`)

// Redact cuts every token in text to its first eight characters, and takes
// out JWTs, private keys, and secrets of others.
func Redact(text string) string {
	// Keys first: a token that runs into one would take its first dashes.
	text = keys.ReplaceAllString(text, "…")
	text = headless.ReplaceAllString(text, "…")
	text = tokens.ReplaceAllString(text, "$1$2…")
	return others.ReplaceAllString(text, "$1$2$3$4$5$6$8…$7")
}
