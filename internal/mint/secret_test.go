package mint

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

func TestSecretVerbs(t *testing.T) {
	const shown = "ghs_Cana…"
	for format, want := range map[string]string{
		"%v": shown, "%+v": shown, "%s": shown, "%10.5s": "     ghs_C",
		"%#v": `"` + shown + `"`, "%q": `"` + shown + `"`, "%#q": "`" + shown + "`", "%+q": `"ghs_Cana\u2026"`,
		"%x": hex.EncodeToString([]byte(shown)), "%X": strings.ToUpper(hex.EncodeToString([]byte(shown))),
		"%d": "%!d(string=" + shown + ")", "%t": "%!t(string=" + shown + ")", "%c": "%!c(string=" + shown + ")",
		"%U": "%!U(string=" + shown + ")", "%b": "%!b(string=" + shown + ")", "%e": "%!e(string=" + shown + ")",
		"%z": "%!z(string=" + shown + ")", "%T": "mint.Secret",
		"none": "none%!(EXTRA mint.Secret=" + shown + ")", "%[2]s": "%!s(BADINDEX)", "%*d": "%!(BADWIDTH)%!d(MISSING)",
	} {
		if got := fmt.Sprintf(format, Secret(canary)); got != want || leaks(got) {
			t.Errorf("%s = %s, want %s", format, got, want)
		}
	}
}

// leaks reports whether text holds more of the canary than it may, plain, in
// hex or in decimal.
func leaks(text string) bool {
	rest := []byte(canary[8:12])
	for _, form := range []string{"%s", "%x", "% x", "%d"} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(strings.Trim(fmt.Sprintf(form, rest), "[]"))) {
			return true
		}
	}
	return false
}

func TestLeaks(t *testing.T) {
	for _, form := range []string{"%s", "%q", "%x", "%X", "% x", "%d", "%v"} {
		if text := fmt.Sprintf(form, []byte(canary)); !leaks(text) {
			t.Errorf("leaks(%s) = false", text)
		}
	}
}

// Wherever a token may be printed in passing.
func TestSecretPassesUnseen(t *testing.T) {
	s := Secret(canary)
	token := Token{Value: s, CreatedAt: now, ExpiresAt: now}
	values := map[string]any{
		"itself": s, "pointer": &s, "token": token, "token's pointer": &token, "slice": []Secret{s},
		"array": [1]Secret{s}, "map": map[string]Secret{"a": s}, "key": map[Secret]int{s: 1}, "any": []any{s},
		"struct": struct{ A, B any }{s, token},
		"error":  fmt.Errorf("a: %w", fmt.Errorf("b: %v", s)), "joined": errors.Join(fmt.Errorf("%s", s), fmt.Errorf("%d", s)),
	}
	for name, v := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			if got := fmt.Sprintf(format, v); leaks(got) {
				t.Errorf("%s: %s = %s", name, format, got)
			}
		}
		if name == "key" {
			continue // encoding/json asks no string that is a key: see Secret
		}
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", v, slog.Group("g", "v", v))
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", v, slog.Group("g", "v", v))
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if leaks(out.String()) {
			t.Errorf("%s: %s", name, out.String())
		}
	}
	if got, _ := json.Marshal(token); !strings.Contains(string(got), `"ghs_Cana…"`) {
		t.Errorf("JSON = %s, want the first eight characters", got)
	}
}

func TestSecretPanics(t *testing.T) {
	if got := Secret(canary).String(); got != "ghs_Cana…" { // what a panic prints
		t.Errorf("String() = %s", got)
	}
	defer func() {
		if got := fmt.Sprint(recover()); leaks(got) {
			t.Errorf("panic = %s", got)
		}
	}()
	panic(Secret(canary))
}

func TestSecretParts(t *testing.T) {
	s := Secret("ghs_short")
	if got, want := s.Reveal(), "ghs_short"; got != want {
		t.Errorf("Reveal() = %s, want %s", got, want)
	}
	if got, want := s.Prefix(), "ghs_shor"; got != want {
		t.Errorf("Prefix() = %s, want %s", got, want)
	}
	// printf ghs_short | sha256sum
	const sum = "5daeb3a3c2acd1f829d5c82e221a54b3a59c9f1cbc610ee7a783c87880eac7b5"
	if got := s.SHA256(); got != sum {
		t.Errorf("SHA256() = %s, want %s", got, sum)
	}
	if got, want := s.Digest(), sum[:8]; got != want {
		t.Errorf("Digest() = %s, want %s", got, want)
	}
	if got, want := Secret("").String(), "…"; got != want {
		t.Errorf("String() = %s, want %s", got, want)
	}
}

// No token that GitHub gives out is short enough to be shown whole.
func TestMintedTokenIsHidden(t *testing.T) {
	for _, format := range []githubtest.TokenFormat{githubtest.Classic, githubtest.Stateless} {
		w := newWorld(t)
		w.Change(func() { w.TokenFormat = format })
		token := w.mustMint(t)
		if got, value := fmt.Sprintf("%+v", token), token.Value.Reveal(); strings.Contains(got, value[8:]) || !strings.Contains(got, value[:8]+"…") {
			t.Errorf("%%+v = %s, want the first eight characters alone", got)
		}
	}
}
