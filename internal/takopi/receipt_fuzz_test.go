package takopi

import (
	"slices"
	"testing"
)

// FuzzReceipt: whatever stands in a receipt, it is repeated or refused.
func FuzzReceipt(f *testing.F) {
	f.Add("requirements = [{ name = \"takopi\" }, { name = \"b\", git = \"https://git.test/b?rev=v1\" }]\npython = \"3.14\"")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseReceipt([]byte("[tool]\n" + text))
		if err != nil {
			return
		}
		words, err := Environment{tool: parsed}.Command("/w.whl")
		if err != nil {
			return
		}
		end := []string{"--reinstall-package", "takopi-ghauth", "--with", "takopi-ghauth @ file:///w.whl"}
		if !slices.Equal(words[max(0, len(words)-len(end)):], end) {
			t.Errorf("%q ends without the plugin", words)
		}
	})
}
