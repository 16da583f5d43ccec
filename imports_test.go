package repo_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport says which packages of this module a package may import. Imports go
// one way: what stands lower knows nothing of what stands higher.
var mayImport = map[string][]string{
	"templates":           {},
	"internal/githubhost": {},
	"internal/man":        {},
	"internal/gitconfig":  {},
	"internal/envfile":    {},
	"internal/atomicfile": {},
	"internal/systemd":    {},
	"internal/audit":      {"internal/atomicfile"},
	"internal/takopi":     {"templates"},
	"internal/keysource":  {"internal/githubhost"},
	"internal/spec":       {"internal/githubhost", "internal/keysource", "internal/man"},
	"internal/mint":       {"internal/githubhost"},
	"internal/child":      {"internal/mint"},
	"internal/signer":     {"internal/child", "internal/keysource", "internal/mint"},
	"internal/preflight":  {"internal/mint"},
	"internal/broker":     {"internal/audit", "internal/mint"},
	"internal/plan":       {"internal/atomicfile", "internal/systemd"},
	"internal/refresh":    {"internal/atomicfile", "internal/audit", "internal/broker", "internal/child", "internal/envfile", "internal/githubhost", "internal/keysource", "internal/mint", "internal/signer"},
	"internal/keycopy":    {"internal/keysource", "internal/mint", "internal/refresh"},
	"internal/units":      {"internal/broker", "internal/envfile", "internal/gitconfig", "internal/githubhost", "internal/plan", "internal/spec", "templates"},
	"internal/plugin":     {"internal/child", "internal/keycopy", "internal/mint", "internal/refresh"},
	"cmd/ghauth-provision": {"internal/atomicfile", "internal/audit", "internal/broker", "internal/child", "internal/envfile", "internal/gitconfig", "internal/gitcredential", "internal/githubhost",
		"internal/keycopy", "internal/keysource", "internal/man", "internal/manifestflow", "internal/mint", "internal/plan", "internal/plugin", "internal/preflight", "internal/refresh", "internal/signer", "internal/spec",
		"internal/systemd", "internal/takopi", "internal/units"},
	"internal/gitcredential": {},
	"internal/manifestflow":  {"templates"},

	// What tests and the demo are made with, and never ships.
	"internal/githubtest":  {},
	"internal/testneed":    {},
	"internal/testhost":    {"internal/testneed"},
	"internal/testboot":    {"internal/testhost", "internal/testneed"},
	"internal/testtakopi":  {"internal/testboot"},
	"internal/testoctokit": {},
	"internal/testvault":   {"internal/testneed"},
	"internal/demo":        {"internal/githubtest", "internal/testhost"},
	"internal/bench":       {"internal/githubtest", "internal/testhost", "internal/testoctokit"},
	"internal/bench/bare":  {},

	// A module of its own.
	"internal/testvault/server": {},
}

// neverShipped are packages that the program must not contain.
var neverShipped = []string{"internal/githubtest", "internal/testneed", "internal/testhost", "internal/testboot", "internal/testoctokit", "internal/testvault", "internal/testvault/server", "internal/testtakopi"}

// onlyIn says which package alone may import a library: the adapter for it.
var onlyIn = map[string]string{
	"github.com/coreos/go-systemd/v22/activation": "internal/broker",
	"github.com/coreos/go-systemd/v22/dbus":       "internal/systemd",
	"github.com/coreos/go-systemd/v22/journal":    "internal/audit",
	"github.com/godbus/dbus/":                     "internal/systemd",
	"github.com/google/renameio/":                 "internal/atomicfile",
	"github.com/golang-jwt/jwt/":                  "internal/mint",
	"github.com/pelletier/go-toml/":               "internal/takopi",
	"github.com/urfave/cli/":                      "cmd/ghauth-provision",
	"github.com/hashicorp/hcl/":                   "internal/spec",
	"github.com/zclconf/go-cty":                   "internal/spec",
	"github.com/aymanbagabas/go-udiff":            "internal/plan",
	"github.com/getkin/kin-openapi":               "internal/githubtest",
	"github.com/rogpeppe/go-internal":             "cmd/ghauth-provision",
	"github.com/tink-crypto/tink-go/":             "internal/signer",
	"github.com/chromedp/":                        "cmd/ghauth-provision",
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := mayImport[s.dir]
		if !known && s.dir != "." {
			t.Errorf("%s: the package is missing in mayImport", s.path)
		}
		for _, spec := range s.file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if own, ok := strings.CutPrefix(path, module); ok && !s.test && !slices.Contains(allowed, own) {
				t.Errorf("%s may not import %s", s.path, own)
			}
			for library, home := range onlyIn {
				if strings.HasPrefix(path, library) && s.dir != home && s.ships() {
					t.Errorf("%s imports %s, which only %s may", s.path, path, home)
				}
			}
		}
	}
}

func TestTestPartsDoNotShip(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/ghauth-provision").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	for _, dir := range neverShipped {
		if slices.Contains(deps, module+dir) {
			t.Errorf("the program contains %s", dir)
		}
	}
	if slices.Contains(deps, "testing") {
		t.Error("the program contains package testing")
	}
}
