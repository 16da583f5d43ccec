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
