package mint

import (
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

const (
	aJWT       = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.Q2FuYXJ5U2lnbmF0dXJl-_"
	aStateless = "ghs_1234_" + aJWT
	aPAT       = "github_pat_11CANARY0canary_canarycanary"
	aKey       = "-----BEGIN RSA PRIVATE KEY-----\nMIICanaryCanary+/=\n-----END RSA PRIVATE KEY-----"
)

func TestRedact(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"nothing", "one two", "one two"},
		{"classic", canary, "ghs_Cana…"},
		{"stateless", aStateless, "ghs_1234…"},
		{"other tokens", "ghp_abcdefgh gho_abcdefgh ghu_abcdefgh ghr_abcdefgh", "ghp_abcd… gho_abcd… ghu_abcd… ghr_abcd…"},
		{"fine-grained", aPAT, "github_p…"},
		{"JWT", aJWT, "…"},
		{"JWT without a signature", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ", "…"},
		{"key", aKey, "…"},
		{"key of another form", "a\n-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\nb", "a\n…\nb"},
		{"key cut off", "a\n" + aKey[:50], "a\n…"},
		{"quoted key", `{"key":"` + strings.ReplaceAll(aKey, "\n", `\n`) + `"}`, `{"key":"…"}`},
		{"public key", "-----BEGIN PUBLIC KEY-----\nx", "-----BEGIN PUBLIC KEY-----\nx"},
		{"header line", "Authorization: Bearer " + canary + "\r\n", "Authorization: Bearer ghs_Cana…\r\n"},
		{"URL", "https://x-access-token:" + canary + "@github.com/o/r", "https://x-access-token:ghs_Cana…@github.com/o/r"},
		{"env line", "GITHUB_TOKEN='" + aStateless + "'", "GITHUB_TOKEN='ghs_1234…'"},
		{"in a word", "x" + canary + "(y)", "xghs_Cana…(y)"},
		{"after letters", "é" + aJWT + "é", "é…é"},
		{"several", canary + " and " + aStateless + ",\n" + aJWT + "\n" + aKey + "\n" + aPAT, "ghs_Cana… and ghs_1234…,\n…\n…\ngithub_p…"},
		{"two keys", aKey + "\nand\n" + aKey, "…\nand\n…"},
		{"keys that share their dashes", aKey[:len(aKey)-5] + aKey, "……"},
		{"one after another", canary + aStateless, "ghs_Cana…"},
		{"token into key", canary + aKey, "ghs_Cana…"},
		{"key into token", aKey + canary, "…ghs_Cana…"},
		{"JWT into token", "eyJx.y" + aStateless, "…"},
		{"twice", Redact(canary + " " + aPAT), "ghs_Cana… github_p…"},
		{"Vault's", "hvs.CAESICanary_-01234 hvb.AAAAAQCanary0 s.Canary01234567890123456789", "hvs.… hvb.… s.…"},
		{"a bot's", "https://api.telegram.org/bot1234567890:AACanary-0123456789_0123456789abcde/getMe", "https://api.telegram.org/bot1234567890:…/getMe"},
		{"an engine's", "sk-ant-api03-Canary0123456789_-", "sk-…"},
		{"a chat's", "xoxb-123456789012-Canary0123456789", "xoxb-…"},
		{"of registries", "npm_Canary0123456789Canary0123456789 pypi-AgEIcHlwaS5vcmcCANARY_01234567 glpat-Canary_0123456789-01", "npm_… pypi-… glpat-…"},
		{"a header's", "Authorization: Bearer Canary+/012=\nauthorization: basic Q2FuYXJ5OmNhbmFyeQ==\n\"Authorization\": \"token Canary0123456789\"", "Authorization: Bearer …\nauthorization: basic …\n\"Authorization\": \"token …\""},
		{"a URL's password", "https://me:canary@example.com:8080/x@y", "https://me:…@example.com:8080/x@y"},
		{"names that begin like secrets", "npm_config_update_notifier hvs.x task-0123456789012345678901 http://127.0.0.1:8443/a@b", "npm_config_update_notifier hvs.x task-0123456789012345678901 http://127.0.0.1:8443/a@b"},
		{"a key without its beginning", "end.\n" + aKey[40:], "end.…"},
		{"too short for a token", "ghs_abc", "ghs_abc"},
	} {
		if got := Redact(tt.text); got != tt.want {
			t.Errorf("%s: Redact() = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRedactMinted(t *testing.T) {
	_, key := githubtest.Key(0)
	for _, format := range []githubtest.TokenFormat{githubtest.Classic, githubtest.Stateless} {
		w := newWorld(t)
		w.Change(func() { w.TokenFormat = format })
		token := w.mustMint(t).Value.Reveal()
		if got, want := Redact("a "+token+" b"), "a "+token[:8]+"… b"; got != want {
			t.Errorf("Redact() = %s, want %s", got, want)
		}
	}
	if got, want := Redact(string(key)), "…\n"; got != want {
		t.Errorf("Redact() = %s, want %s", got, want)
	}
}

// FuzzRedact puts a secret into any text: none of its parts survives, and to
// redact again changes nothing.
func FuzzRedact(f *testing.F) {
	secrets := []struct{ whole, rest string }{
		{canary, canary[8:]},
		{aStateless, aStateless[8:]},
		{aPAT, aPAT[11:]},
		{aJWT, aJWT},
		{aKey, "MIICanaryCanary+/="},
		{" hvs.CAESICanary_-01234 ", "CAESICanary_-01234"},
		{" Bearer Canary+/0123456789= ", "Canary+/0123456789="},
		{" bot1234567890:AACanary-0123456789_0123456789abcde ", "AACanary-0123456789_0123456789abcde"},
	}
	for which := range secrets {
		for _, text := range []string{"", " ", "x", "-", ".", "ghs_", "eyJ", "eyJx.", "github_pat_", "…", "\xff",
			"-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "BEGIN PRIVATE KEY x END ", "-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY", "-----END PRIVATE KEY-----"} {
			f.Add(uint(which), text, text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint, before, after string) {
		s := secrets[which%uint(len(secrets))]
		got := Redact(before + s.whole + after)
		for part := range strings.SplitSeq(s.rest, ".") {
			if strings.Contains(got, part) {
				t.Errorf("Redact(%q) = %q", before+s.whole+after, got)
			}
		}
		if again := Redact(got); again != got {
			t.Errorf("Redact(%q) = %q", got, again)
		}
	})
}
