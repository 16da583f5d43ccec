package repo_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestBreaches: each way to go around the rules of TestCalls is caught, and what
// shipped code needs is not.
func TestBreaches(t *testing.T) {
	const here = "internal/plan/x.go"
	for _, tt := range []struct{ path, code, want string }{
		{here, `os.Remove("/x")`, "os.Remove"},
		{here, `f := os.Remove; f("/x")`, "os.Remove"},
		{here, `(os.Remove)("/x")`, "os.Remove"},
		{here, `each(os.MkdirAll)`, "os.MkdirAll"},
		{here, `file.Chmod(0)`, "names Chmod"},
		{here, `f := file.Truncate; f(0)`, "names Truncate"},
		{here, `root.Remove("x")`, "names Remove"},
		{here, `f := must(os.OpenRoot("/")).Remove; f("x")`, "os.OpenRoot is not for this file"},
		{here, `func(r *os.Root) { f := r.Rename; f("a", "b") }(nil)`, "os.Root is not for this file"},
		{here, `syscall.Mknod("/x", 0, 0)`, "syscall.Mknod"},
		{here, `unix.Mkfifo("/x", 0)`, "unix.Mkfifo"},
		{here, `syscall.Setxattr("/x", "user.a", nil, 0)`, "syscall.Setxattr"},
		{here, `unix.Lsetxattr("/x", "user.a", nil, 0)`, "unix.Lsetxattr"},
		{here, `unix.Unlinkat(0, "/x", 0)`, "unix.Unlinkat"},
		{here, `unix.UtimesNano("/x", nil)`, "unix.UtimesNano"},
		{here, `f := unix.Open; f("/x", 1, 0)`, "unix.Open"},
		{here, `syscall.Syscall(87, 0, 0, 0)`, "syscall.Syscall"},
		{here, `syscall.RawSyscall6(87, 0, 0, 0, 0, 0, 0)`, "syscall.RawSyscall6"},
		{here, `unix.SyscallNoError(87, 0, 0, 0)`, "unix.SyscallNoError"},
		{here, `os.OpenFile("/x", 0x241, 0)`, "flags by their names"},
		{here, `os.OpenFile("/x", os.O_RDONLY|0x241, 0)`, "flags by their names"},
		{here, `os.OpenFile("/x", flags, 0)`, "flags by their names"},
		{here, `os.OpenFile("/x", int(os.O_RDONLY), 0)`, "flags by their names"},
		{here, `open := os.OpenFile; open("/x", 0x241, 0)`, "flags by their names"},
		{here, `dir.OpenFile("x", 0x241, 0)`, "flags by their names"},
		{here, `os.OpenFile("/x", os.O_RDONLY|os.O_TRUNC, 0)`, "opens files for writing"},
		{here, `exec.Command("sh", "-c", "rm /x")`, "exec.Command"},
		{here, `run := exec.CommandContext; run(nil, "rm")`, "exec.CommandContext"},
		{here, `(&exec.Cmd{Path: "/bin/rm"}).Run()`, "exec.Cmd"},
		{here, `os.StartProcess("/bin/rm", nil, nil)`, "os.StartProcess"},
		{here, `syscall.Exec("/bin/rm", nil, nil)`, "syscall.Exec"},
		{here, `syscall.ForkExec("/bin/rm", nil, nil)`, "syscall.ForkExec"},
		{here, `os.Exit(1)`, "os.Exit is not for this file"},
		{"internal/refresh/gh.go", `exec.Command("sh", "-c", "rm /x")`, "not with this program"},
		{"cmd/ghauth-provision/verify.go", `exec.CommandContext(ctx, "systemctl")`, "not with this program"},
		{"internal/refresh/lock.go", `os.Chown("/x", 0, 0)`, "os.Chown"},
		{"internal/atomicfile/x.go", `exec.Command("rm")`, "exec.Command"},

		{here, `os.OpenFile("/x", os.O_RDONLY|unix.O_NONBLOCK, 0); atomicfile.Remove("/x")`, ""},
		{here, `_ = options.Rename; _ = a.Op == plan.Remove; _ = info.Sys().(*syscall.Stat_t); _ = unix.ENOENT`, ""},
		{"internal/atomicfile/x.go", `os.Remove("/x"); unix.Renameat2(0, "", 0, "", 0); os.OpenFile("/x", flags, 0)`, ""},
		{"internal/refresh/gh.go", `exec.CommandContext(ctx, gh, "auth", "logout")`, ""},
		{"cmd/ghauth-provision/verify.go", `exec.CommandContext(ctx, "systemd-analyze", "verify")`, ""},
	} {
		told := strings.Join(sourceOf(t, tt.path, "", tt.code).breaches(), "\n")
		if tt.want == "" && told != "" || !strings.Contains(told, tt.want) {
			t.Errorf("%s: %s: told %q, want %q", tt.path, tt.code, told, tt.want)
		}
	}
	for _, spec := range []string{`. "os"`, `"C"`, `_ "unsafe"`, `"io/ioutil"`} {
		if told := sourceOf(t, here, spec, "").breaches(); len(told) != 1 {
			t.Errorf("import %s: told %q", spec, told)
		}
	}
}

// sourceOf makes a file of some code, and of one more import.
func sourceOf(t *testing.T, path, spec, code string) source {
	text := "package x\nimport (\n\"os\"; \"os/exec\"; \"syscall\"; \"golang.org/x/sys/unix\"; \"" + module + "internal/atomicfile\"; \"" + module + "internal/plan\"\n" +
		spec + "\n)\nfunc _() { " + code + " }\n"
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	return source{path, filepath.Dir(path), false, file, set}
}
