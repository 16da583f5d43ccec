package takopi

import (
	"slices"
	"strings"
	"testing"
)

// TestOptions: the receipts are as uv 0.13 writes them, or as uv 0.8 did.
func TestOptions(t *testing.T) {
	for _, tt := range []struct{ options, want string }{
		{`find-links = ["file:///a", "file:///b", "file:///a"]`, "--find-links file:///a --find-links file:///b"},
		{`index = [{ url = "https://i.test/", explicit = false, default = true }, { url = "https://j.test/" }]`, "--default-index https://i.test/ --index https://j.test/"},
		{`index = [{ name = "n", url = "https://n.test/", explicit = false, default = false, format = "simple", authenticate = "auto", publish-url = "https://p.test" }]`,
			"--index n=https://n.test/"},
		{`index-url = "https://i.test/"` + "\n" + `extra-index-url = ["https://x.test/"]`, "--extra-index-url https://x.test/ --index-url https://i.test/"},
		{`index-strategy = "first-index"` + "\n" + `keyring-provider = "disabled"`, "--index-strategy first-index --keyring-provider disabled"},
		{`resolution = "highest"` + "\n" + `fork-strategy = "fewest"` + "\n" + `torch-backend = "cpu"`, "--fork-strategy fewest --resolution highest --torch-backend cpu"},
		{`prerelease = "allow"` + "\n" + `prerelease-package = { foo = "allow", bar = "disallow" }`,
			"--prerelease allow --prerelease-package bar=disallow --prerelease-package foo=allow"},
		{`exclude-newer = "2026-11-02T00:00:00Z"`, "--exclude-newer 2026-11-02T00:00:00Z"},
		{`exclude-newer = "2026-11-18T02:47:16Z"` + "\n" + `exclude-newer-span = "P1W"`, "--exclude-newer P1W"},
		{`exclude-newer = false`, "--exclude-newer false"},
		{`exclude-newer-package = { c = "2026-10-02T00:00:00Z", b = { timestamp = "2026-11-23T02:48:07Z", span = "P2D" }, a = false }`,
			"--exclude-newer-package a=false --exclude-newer-package b=P2D --exclude-newer-package c=2026-10-02T00:00:00Z"},
		{`link-mode = "copy"` + "\ncompile-bytecode = true\nno-index = true\nno-sources = true\nno-build = false\nno-binary = true",
			"--compile-bytecode --link-mode copy --no-binary --no-index --no-sources"},
		{`no-sources-package = ["a"]` + "\n" + `no-build-package = ["b"]` + "\n" + `no-binary-package = ["c", "d"]`,
			"--no-binary-package c --no-binary-package d --no-build-package b --no-sources-package a"},
		{`build-isolation = "shared"`, "--no-build-isolation"},
		{`build-isolation = "isolate"`, ""},
		{`build-isolation = { shared-package = ["a", "b"] }`, "--no-build-isolation-package a --no-build-isolation-package b"},
		{"no-build-isolation = true\n" + `no-build-isolation-package = ["a"]`, "--no-build-isolation --no-build-isolation-package a"},
	} {
		parsed, err := parseReceipt([]byte("[tool.options]\n" + tt.options))
		if err != nil {
			t.Fatalf("%s: %v", tt.options, err)
		}
		if got, err := parsed.optionFlags(); err != nil || !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("%s: %q, %v, want %s", tt.options, got, err, tt.want)
		}
	}
}

// TestOptionsRefused: the message names the option, of several always the same one, and
// no secret.
func TestOptionsRefused(t *testing.T) {
	const again = " cannot be given to uv again on its command line"
	for options, want := range map[string]string{
		"http-retries = 3": "uv-receipt.toml has the option http-retries, which" + again,
		"dependency-metadata = [{ name = \"a\" }]\nextra-build-variables = { b = { C = \"d\" } }": "uv-receipt.toml has the option dependency-metadata, which" + again,
		`config-settings = { a = "b" }`:    "uv-receipt.toml has the option config-settings, which" + again,
		"exclude-newer = 2026-11-02":       "uv-receipt.toml has a value of the option exclude-newer that" + again,
		`exclude-newer = { span = 1 }`:     "uv-receipt.toml has a value of the option exclude-newer that" + again,
		`exclude-newer = true`:             "uv-receipt.toml has a value of the option exclude-newer that" + again,
		`compile-bytecode = "yes"`:         "uv-receipt.toml has a value of the option compile-bytecode that" + again,
		`find-links = "file:///a"`:         "uv-receipt.toml has a value of the option find-links that" + again,
		`no-build-package = [1]`:           "uv-receipt.toml has a value of the option no-build-package that" + again,
		`prerelease-package = "allow"`:     "uv-receipt.toml has a value of the option prerelease-package that" + again,
		`prerelease-package = { a = 1 }`:   "uv-receipt.toml has a value of the option prerelease-package that" + again,
		`build-isolation = "other"`:        "uv-receipt.toml has a value of the option build-isolation that" + again,
		`build-isolation = { other = [] }`: "uv-receipt.toml has a value of the option build-isolation that" + again,
		`index = [{ name = "a" }]`:         "uv-receipt.toml has a value of the option index that" + again,
		`index = ["https://i.test"]`:       "uv-receipt.toml has a value of the option index that" + again,
		`index = [{ url = "https://i.test", format = "flat", authenticate = "always", future = 1 }]`: "uv-receipt.toml has a value of the option index.authenticate that" + again,
		`index = [{ url = "https://i.test", explicit = true }]`:                                      "uv-receipt.toml has a value of the option index.explicit that" + again,
		`index = [{ url = "https://i.test", cache-control = { a = "b" } }]`:                          "uv-receipt.toml has a value of the option index.cache-control that" + again,
		`index = [{ url = "https://u:canary@h" }]`:                                                   "the URL of index holds a password",
		`index-url = "https://canary@h"`:                                                             "the URL of index-url holds a password",
		`find-links = ["https://canary@h"]`:                                                          "the URL of find-links holds a password",
	} {
		parsed, err := parseReceipt([]byte("[tool.options]\n" + options))
		if err != nil {
			t.Fatalf("%s: %v", options, err)
		}
		for range 10 {
			if words, err := parsed.optionFlags(); err == nil || err.Error() != want || words != nil {
				t.Errorf("%s: %q, %v, want %s", options, words, err, want)
			}
		}
	}
}
