package keycopy

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func wrapped(data []byte) []byte {
	text := base64.StdEncoding.EncodeToString(data)
	var lines []string
	for ; len(text) > 76; text = text[76:] {
		lines = append(lines, text[:76])
	}
	return []byte(strings.Join(append(lines, text), "\n") + "\n")
}

// A copy is told by what is in the file, in whatever form people keep keys.
func TestHolds(t *testing.T) {
	key, text := githubtest.Key(1)
	other, otherText := githubtest.Key(2)
	want := mint.Fingerprint(&key.PublicKey)
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	text8 := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	oneLine := func(data []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(data)) }
	replace := func(data []byte, from, to string) []byte { return bytes.ReplaceAll(data, []byte(from), []byte(to)) }
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{
		"PKCS#1":                 {text, true},
		"PKCS#8":                 {text8, true},
		"CRLF":                   {replace(text, "\n", "\r\n"), true},
		"indented, in YAML":      {append([]byte("key: |\n  "), replace(text, "\n", "\n  ")...), true},
		"escaped, in JSON":       {append([]byte(`{"key":"`), replace(text, "\n", `\n`)...), true},
		"escaped, CRLF":          {replace(text8, "\n", `\r\n`), true},
		"after another":          {slices.Concat(otherText, text), true},
		"DER":                    {pkcs1, true},
		"DER of PKCS#8":          {pkcs8, true},
		"base64 of DER":          {oneLine(pkcs8), true},
		"wrapped base64 of DER":  {wrapped(pkcs1), true},
		"base64 of PEM":          {append([]byte("KEY="), oneLine(text)...), true},
		"wrapped base64 of PEM":  {wrapped(text8), true},
		"base64 of CRLF":         {oneLine(replace(text, "\n", "\r\n")), true},
		"another key":            {otherText, false},
		"base64 of another key":  {oneLine(x509.MarshalPKCS1PrivateKey(other)), false},
		"the public half":        {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), false},
		"base64 of the public":   {oneLine(public), false},
		"cut":                    {text[:len(text)/2], false},
		"nothing":                {nil, false},
		"what keys begin with":   {[]byte("MII"), false},
		"what keys begin with 2": {bytes.Repeat([]byte("MII"), 1000), false},
		"what PEM begins with":   {bytes.Repeat([]byte("LS0tLS1CRUdJTi"), 100), false},
	} {
		if got := Holds(tt.data, want); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Names count for nothing in a search, and for all in a glance.
func TestSearch(t *testing.T) {
	key, text := githubtest.Key(1)
	fingerprint := mint.Fingerprint(&key.PublicKey)
	home := t.TempDir()
	hidden := []string{"keys/app.pem.bak", "keys/id", "keys/old/x.pem", "Desktop/k.txt", "Documents/a/b.md", ".config/github", ".config/app/key"}
	named := []string{"Downloads/a.PEM", ".config/github.pem", "takopi.b64", ".ssh/app.key"}
	for _, name := range slices.Concat(hidden, named) {
		put(t, filepath.Join(home, name), text)
	}
	put(t, filepath.Join(home, "takopi.b64"), wrapped(text))
	put(t, filepath.Join(home, "src/deep/x.pem"), text)     // not where keys come to lie
	put(t, filepath.Join(home, "keys/1/2/3/4.pem"), text)   // as deep as is looked
	put(t, filepath.Join(home, "keys/1/2/3/4/5.pem"), text) // deeper
	put(t, filepath.Join(home, "keys/large.pem"), append(bytes.Repeat([]byte("\n"), maxSize), text...))
	if err := os.Symlink(filepath.Join(home, "keys/id"), filepath.Join(home, "keys/link.pem")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(home, "keys/fifo.pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	below := func(found []string) (names []string) {
		for _, path := range found {
			name, _ := filepath.Rel(home, path)
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	want := slices.Sorted(slices.Values(append(slices.Concat(hidden, named), "keys/1/2/3/4.pem")))
	if got := below(Search(Home(home), fingerprint)); !slices.Equal(got, want) {
		t.Errorf("a search finds\n%q, want\n%q", got, want)
	}
	if got, want := below(Glance(Home(home), fingerprint)), slices.Sorted(slices.Values(named)); !slices.Equal(got, want) {
		t.Errorf("a glance finds\n%q, want\n%q", got, want)
	}
	if got := Search(Home(home), ""); got != nil {
		t.Errorf("without a fingerprint: %q", got)
	}
}

// A place full of files is given up in the end, and does not keep the next one from its turn.
func TestSearchIsBounded(t *testing.T) {
	key, text := githubtest.Key(1)
	dir := t.TempDir()
	full, next := filepath.Join(dir, "full"), filepath.Join(dir, "next")
	for i := range maxFiles {
		put(t, filepath.Join(full, string(rune('a'+i%26))+strings.Repeat("x", i/26)), nil)
	}
	put(t, filepath.Join(full, "zz"), text)
	put(t, filepath.Join(next, "k"), text)
	got := Search([]Place{{full, 0}, {next, 0}}, mint.Fingerprint(&key.PublicKey))
	if want := []string{filepath.Join(next, "k")}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTold(t *testing.T) {
	show := func(path string) string { return "~" + path }
	for want, copies := range map[string][]string{
		"": nil,
		"a copy of the key at ~/a can be read by root":                        {"/a"},
		"copies of the key at ~/a, ~/b can be read by root":                   {"/a", "/b"},
		"copies of the key at ~/1, ~/2, ~/3, ~/4, ~/5, … can be read by root": {"/1", "/2", "/3", "/4", "/5", "/6"},
	} {
		if got := Told(copies, show, "root"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
