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

// calls lists functions that only some files may name, each with those files:
// the clock, the way out and the terminal are main's.
var calls = map[string][]string{
	"os.Exit":   {"cmd/ghauth-provision/main.go"},
	"time.Now":  {"cmd/ghauth-provision/main.go", "internal/systemd/clock.go"},
	"log.Fatal": {}, "log.Printf": {}, "fmt.Println": {}, "fmt.Printf": {}, "fmt.Print": {},
}

// writers are the names of functions and methods that change a file system,
// whoever has them: os, os.Root, syscall, unix. Only atomicfile calls them, and
// all else calls atomicfile.
var writers = []string{"WriteFile", "Create", "CreateTemp", "Mkdir", "MkdirAll", "MkdirTemp", "Remove", "RemoveAll", "Rename", "Renameat", "Renameat2",
	"Symlink", "Link", "Unlink", "Unlinkat", "Rmdir", "Truncate", "Chmod", "Fchmod", "Chown", "Lchown", "Fchown", "Chtimes", "CopyFS", "Mount"}

// mayWrite says what else may: a lock has to be made before it can be held.
var mayWrite = map[string][]string{"internal/refresh/lock.go": {"Chmod"}}

// writeFlags open a file for writing.
var writeFlags = []string{"O_CREATE", "O_CREAT", "O_WRONLY", "O_RDWR", "O_APPEND", "O_TRUNC"}

func TestCalls(t *testing.T) {
	for _, s := range sources(t) {
		if !s.ships() {
			continue
		}
		names := s.importNames()
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && s.writes(names, sel) {
					t.Errorf("%s: only atomicfile changes files, and this calls %s", s.set.Position(n.Pos()), sel.Sel.Name)
				}
			case *ast.SelectorExpr:
				pkg, _ := n.X.(*ast.Ident)
				if pkg == nil {
					return true
				}
				name := names[pkg.Name] + "." + n.Sel.Name
				if where, ruled := calls[name]; ruled && !slices.Contains(where, s.path) {
					t.Errorf("%s: %s is not for this file", s.set.Position(n.Pos()), name)
				}
				if slices.Contains(writeFlags, n.Sel.Name) && s.dir != "internal/atomicfile" && s.path != "internal/refresh/lock.go" {
					t.Errorf("%s: only atomicfile opens files for writing", s.set.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

// importNames maps the names by which the file knows its imports to their paths.
func (s source) importNames() map[string]string {
	names := map[string]string{}
	for _, spec := range s.file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}

// writes reports whether a call is one that changes files and is not atomicfile's.
func (s source) writes(names map[string]string, sel *ast.SelectorExpr) bool {
	if s.dir == "internal/atomicfile" || !slices.Contains(writers, sel.Sel.Name) || slices.Contains(mayWrite[s.path], sel.Sel.Name) {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return !ok || names[pkg.Name] != module+"internal/atomicfile"
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
