package child

import (
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// longestToken bounds a token with what may stand about it, in bytes.
const longestToken = 8 << 10

// Tail is a writer that keeps the last Max bytes of a program's output.
type Tail struct {
	Max  int
	kept []byte
	cut  bool // kept is not all there was
}

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.Max - longestToken; over > 0 {
		t.kept, t.cut = slices.Delete(t.kept, 0, over), true
	}
	return len(p), nil
}

// String gives at most Max bytes, valid UTF-8 and with every token redacted.
// More than that is kept so that a token is redacted before it is cut.
func (t *Tail) String() string {
	s := strings.ToValidUTF8(string(t.kept), "")
	if t.cut {
		// The rest of a token that lost its head looks like any other word.
		s = strings.TrimLeftFunc(s, func(r rune) bool { return inToken(r) || strings.ContainsRune("+/=~", r) })
	}
	s = mint.Redact(s)
	if over := len(s) - t.Max; over > 0 {
		s = s[over:]
	}
	return strings.TrimSpace(strings.ToValidUTF8(s, ""))
}

// inToken reports whether r may be part of a token, of either format.
func inToken(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
}
