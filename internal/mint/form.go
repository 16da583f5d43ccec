package mint

import (
	"maps"
	"regexp"
)

// The forms of GitHub's words. What is shown, or kept in a file, means nothing
// there: an answer may come from whoever stands in GitHub's place.
var (
	wordForm   = regexp.MustCompile(`^[a-z0-9_]{1,100}$`) // names and levels of permissions
	loginForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
	dottedForm = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`) // repositories and client ids
	urlForm    = regexp.MustCompile(`^https?://[A-Za-z0-9_.:/-]{1,300}$`)
)

// formed gives word, "" where it has not that form or may be a secret.
func formed(form *regexp.Regexp, word string) string {
	if form.MatchString(word) && Redact(word) == word {
		return word
	}
	return ""
}

// plain takes out of permissions what cannot be one.
func plain(permissions map[string]string) map[string]string {
	maps.DeleteFunc(permissions, func(name, level string) bool {
		return !wordForm.MatchString(name) || !wordForm.MatchString(level)
	})
	return permissions
}
