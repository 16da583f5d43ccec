package repo_test

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// calls lists functions that only some files may name, each with those files:
// the clock, the way out and the terminal are main's.
var calls = map[string][]string{
	"os.Exit":   {"cmd/ghauth-provision/main.go"},
	"time.Now":  {"cmd/ghauth-provision/main.go", "internal/systemd/clock.go"},
	"log.Fatal": {}, "log.Printf": {}, "fmt.Println": {}, "fmt.Printf": {}, "fmt.Print": {},
	// The methods of a root change files under names that fields have, too.
	"os.OpenRoot": {"internal/mint/keyfile.go", "internal/atomicfile/place.go"}, "os.Root": {"internal/atomicfile/place.go"},
}

// writers are the names of functions and methods that change a file system,
// whoever has them: os, os.Root, os.File. Only atomicfile names them, and all else
// names atomicfile.
var writers = []string{"WriteFile", "Create", "CreateTemp", "Mkdir", "MkdirAll", "MkdirTemp", "Remove", "RemoveAll", "Rename",
	"Symlink", "Link", "Truncate", "Chmod", "Chown", "Lchown", "Chtimes", "CopyFS"}

// fields are names of writers that fields of ours have, too.
var fields = []string{"Remove", "Rename"}

// mayWrite says what else may: a lock has to be made before it can be held.
var mayWrite = map[string][]string{"internal/refresh/lock.go": {"Chmod"}}

// writeFlags open a file for writing.
var writeFlags = []string{"O_CREATE", "O_CREAT", "O_WRONLY", "O_RDWR", "O_APPEND", "O_TRUNC", "O_TMPFILE"}

// kernel names all that is used of syscall and unix besides constants: nothing that
// changes files, and no raw system call.
var kernel = []string{"Access", "CapUserData", "CapUserHeader", "Capset", "ClockGettime", "Exec", "Flock", "Getrlimit", "GetsockoptUcred", "IoctlGetTermios", "IoctlGetWinsize", "Kill", "Openat", "Prctl",
	"Rlimit", "Setgid", "Setgroups", "Setrlimit", "Setuid", "Stat_t", "SysProcAttr", "Timespec", "Ucred", "Umask"}

var constant = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// runs lists the files that may run other programs, or become them, with what they
// run: its name, where that is fixed, else what it is.
var runs = map[string]string{
	"cmd/ghauth-provision/exec.go":       "the command that exec is given",
	"cmd/ghauth-provision/observe.go":    "journalctl and systemd-analyze",
	"cmd/ghauth-provision/init_page.go":  "xdg-open",
	"cmd/ghauth-provision/root_owner.go": "/proc/self/exe",
	"cmd/ghauth-provision/seal.go":       "systemd-creds",
	"cmd/ghauth-provision/takopi_uv.go":  "uv, where it is found",
	"cmd/ghauth-provision/verify.go":     "systemd-analyze",
	"internal/plugin/refresh.go":         "the refresh script",
	"internal/refresh/gh.go":             "gh, where it is found",
	"internal/child/child.go":            "what it is given",
	"internal/child/tied.go":             "what it is given",
	"internal/signer/command.go":         "the command that signs",
}

// runners are the ways to do so.
var runners = []string{"os/exec.Command", "os/exec.CommandContext", "os/exec.Cmd", "os.StartProcess", "syscall.Exec", "golang.org/x/sys/unix.Exec"}

// sly are packages with which all these rules could be gone around.
var sly = []string{"C", "unsafe", "plugin", "io/ioutil"}

func TestCalls(t *testing.T) {
	for _, s := range sources(t) {
		if s.ships() {
			for _, breach := range s.breaches() {
				t.Error(breach)
			}
		}
	}
}

// breaches tells of every call, and of every mention, that the file may not have.
func (s source) breaches() (told []string) {
	tell := func(at ast.Node, format string, args ...any) {
		told = append(told, fmt.Sprintf("%s: "+format, append([]any{s.set.Position(at.Pos())}, args...)...))
	}
	for _, spec := range s.file.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); slices.Contains(sly, path) || spec.Name != nil && spec.Name.Name == "." {
			tell(spec, "no import of %s like this", path)
		}
	}
	names := s.importNames()
	called := map[ast.Node]*ast.CallExpr{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[ast.Unparen(n.Fun)] = n
		case *ast.SelectorExpr:
			pkg, _ := n.X.(*ast.Ident)
			if pkg != nil && names[pkg.Name] != "" {
				s.mention(n, names[pkg.Name], called[n], tell)
			} else {
				s.method(n, called[n], tell)
			}
			if n.Sel.Name == "OpenFile" && !s.atomic() && !namedFlags(called[n]) {
				tell(n, "OpenFile takes flags by their names")
			}
		}
		return true
	})
	return told
}

type tellFunc func(at ast.Node, format string, args ...any)

func (s source) atomic() bool { return s.dir == "internal/atomicfile" }

// mention looks at a name of the package path, and at the call of it, if it is one.
func (s source) mention(n *ast.SelectorExpr, path string, call *ast.CallExpr, tell tellFunc) {
	name := path + "." + n.Sel.Name
	if where, ruled := calls[name]; ruled && !slices.Contains(where, s.path) {
		tell(n, "%s is not for this file", name)
	}
	if slices.Contains(runners, name) && !s.mayRun(name, call) {
		tell(n, "%s is not for this file, or not with this program", name)
	}
	switch system := path == "syscall" || path == "golang.org/x/sys/unix"; {
	case s.atomic() || strings.HasPrefix(path, module):
	case slices.Contains(writers, n.Sel.Name):
		tell(n, "only atomicfile changes files, and this names %s", name)
	case system && !constant.MatchString(n.Sel.Name) && !slices.Contains(kernel, n.Sel.Name):
		tell(n, "%s is not among what is used of the kernel", name)
	case slices.Contains(writeFlags, n.Sel.Name) && s.path != "internal/refresh/lock.go":
		tell(n, "only atomicfile opens files for writing")
	}
}

// method looks at a method, called or not, that may be one of a file.
func (s source) method(n *ast.SelectorExpr, call *ast.CallExpr, tell tellFunc) {
	name := n.Sel.Name
	if s.atomic() || !slices.Contains(writers, name) || slices.Contains(mayWrite[s.path], name) || call == nil && slices.Contains(fields, name) {
		return
	}
	tell(n, "only atomicfile changes files, and this names %s", name)
}

// mayRun reports whether the file may run programs, and this one if the call spells
// it out.
func (s source) mayRun(runner string, call *ast.CallExpr) bool {
	program, listed := runs[s.path]
	at := 0
	if strings.HasSuffix(runner, "Context") {
		at = 1
	}
	if !listed || call == nil || len(call.Args) <= at {
		return listed
	}
	lit, spelled := call.Args[at].(*ast.BasicLit)
	return !spelled || lit.Value == `"`+program+`"`
}

// namedFlags reports whether a call of OpenFile has flags that are nothing but
// named constants of packages, so that they can be looked at.
func namedFlags(call *ast.CallExpr) bool {
	if call == nil || len(call.Args) != 3 {
		return false
	}
	named := true
	ast.Inspect(call.Args[1], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr, nil:
			return true
		case *ast.SelectorExpr:
			named = named && constant.MatchString(n.Sel.Name)
		default:
			named = false
		}
		return false
	})
	return named
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
