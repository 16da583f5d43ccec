// Package repo_test holds the rules of the repository itself.
package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ghauth-provision/ghauth-provision/"

<<<<<<< HEAD
=======
// mayImport says which packages of this module a package may import. Imports go
// one way: what stands lower knows nothing of what stands higher.
var mayImport = map[string][]string{
	"templates":           {},
	"internal/githubhost": {},
	"internal/envfile":    {},
	"internal/atomicfile": {},
	"internal/systemd":    {},
	"internal/audit":      {"internal/atomicfile"},
	"internal/takopi":     {},
	"internal/spec":       {"internal/githubhost"},
	"internal/mint":       {"internal/githubhost"},
	"internal/preflight":  {"internal/mint"},
	"internal/broker":     {"internal/audit", "internal/mint"},
	"internal/plan":       {"internal/atomicfile", "internal/systemd"},
	"internal/refresh":    {"internal/atomicfile", "internal/audit", "internal/envfile", "internal/githubhost", "internal/mint"},
	"internal/units":      {"internal/envfile", "internal/plan", "internal/spec", "templates"},
	"internal/plugin":     {"internal/mint", "internal/refresh"},
	"cmd/ghauth-provision": {"internal/atomicfile", "internal/audit", "internal/broker", "internal/githubhost", "internal/mint", "internal/plan", "internal/plugin", "internal/preflight", "internal/refresh", "internal/spec",
		"internal/systemd", "internal/takopi", "internal/units"},

	// What tests and the demo are made with, and never ships.
	"internal/githubtest": {},
	"internal/testhost":   {},
	"internal/testboot":   {"internal/testhost"},
	"internal/demo":       {"internal/githubtest", "internal/testhost"},
	"internal/bench":      {"internal/githubtest", "internal/testhost"},
}

// neverShipped are packages that the program must not contain.
var neverShipped = []string{"internal/githubtest", "internal/testhost", "internal/testboot"}

// onlyIn says which package alone may import a library: the adapter for it.
var onlyIn = map[string]string{
	"github.com/coreos/go-systemd/v22/dbus":       "internal/systemd",
	"github.com/coreos/go-systemd/v22/journal":    "internal/audit",
	"github.com/coreos/go-systemd/v22/activation": "internal/broker",
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
}

>>>>>>> d4b2731 (broker: hand out tokens over a socket, within a policy)
// A source is a Go file of the repository.
type source struct {
	path, dir string
	test      bool
	file      *ast.File
	set       *token.FileSet
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		all = append(all, source{path, filepath.Dir(path), strings.HasSuffix(path, "_test.go"), file, set})
		return err
	})
	if err != nil || len(all) < 50 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	return all
}

// ships reports whether the file is part of the program.
func (s source) ships() bool {
	return !s.test && !slices.Contains(neverShipped, s.dir) && s.dir != "internal/demo" && !strings.HasPrefix(s.dir, "internal/bench")
}

func TestShape(t *testing.T) {
	const longest = 260
	for _, s := range sources(t) {
		if lines := s.set.File(s.file.Pos()).LineCount(); lines > longest {
			t.Errorf("%s has %d lines, more than %d: split it", s.path, lines, longest)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: no init functions", s.set.Position(f.Pos()))
			}
			if exported(f) && f.Doc == nil && !s.test && s.ships() {
				t.Errorf("%s: %s has no doc comment", s.set.Position(f.Pos()), f.Name.Name)
			}
		}
	}
}

// exported reports whether other packages see the function.
func exported(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return f.Name.IsExported()
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, ok := of.(*ast.Ident)
	return f.Name.IsExported() && ok && name.IsExported()
}

// TestNoForeignPaths keeps the machine that a change was made on out of it.
func TestNoForeignPaths(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSuffix(name, "\n")
		if data, err := os.ReadFile(name); err == nil && strings.Contains(string(data), here+"/") {
			t.Errorf("%s names %s", name, here)
		}
	}
}
