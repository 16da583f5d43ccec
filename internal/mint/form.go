package mint

import (
	"maps"
	"regexp"
)

// The forms of GitHub's words. What is shown, or kept in a file, means nothing
// there: an answer may come from whoever stands in GitHub's place.
var (
	wordForm   = form{regexp.MustCompile(`^[a-z0-9_]+$`), 100} // names and levels of permissions
	loginForm  = form{regexp.MustCompile(`^[A-Za-z0-9_-]+$`), 100}
	dottedForm = form{regexp.MustCompile(`^[A-Za-z0-9_.-]+$`), 100} // repositories and client ids
	urlForm    = form{regexp.MustCompile(`^https?://[A-Za-z0-9_.:/-]+$`), 300}
)

// A form is what a word is made of, and its most bytes. An expression that counts
// them takes half a millisecond of every start to compile.
type form struct {
	*regexp.Regexp
	most int
}

func (f form) has(word string) bool { return len(word) <= f.most && f.MatchString(word) }

// formed gives word, "" where it has not that form or may be a secret.
func formed(f form, word string) string {
	if f.has(word) && Redact(word) == word {
		return word
	}
	return ""
}

// plain takes out of permissions what cannot be one.
func plain(permissions map[string]string) map[string]string {
	maps.DeleteFunc(permissions, func(name, level string) bool {
		return !wordForm.has(name) || !wordForm.has(level)
	})
	return permissions
}
