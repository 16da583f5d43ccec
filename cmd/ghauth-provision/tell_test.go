package main_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testtakopi"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// tell runs one story inside a host and returns an exit status.
func tell(file string) (status int) {
	defer func() {
		if r := recover(); r != nil {
			status = 1
			if _, ok := r.(failed); !ok {
				panic(r)
			}
		}
	}()
	testscript.RunT(storyT{}, testscript.Params{
		Files:              []string{file},
		WorkdirRoot:        os.Getenv("HOME"),
		RequireUniqueNames: true,
		Setup:              setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":    await,
			"browser":  browserCommand,
			"crash":    crash,
			"exits":    exits,
			"fails":    fails,
			"github":   githubCommand,
			"kept":     kept,
			"remember": remember,
			"mode":     mode,
			"leaks":    leaks,
			"page":     page,
			"schema":   schema,
			"soak":     soak,
			"spied":    spied,
			"telegram": telegramCommand,
			"vault":    vaultCommand,
		},
	})
	return 0
}

// setUp gives the story the environment of a login on the host.
func setUp(env *testscript.Env) error {
	for _, name := range []string{"HOME", "PATH", "USER", "LANG", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"} {
		env.Setenv(name, os.Getenv(name))
	}
	env.Setenv("PROGRAM", os.Args[0])
	env.Setenv("EXAMPLES", filepath.Join(toolsDir(), "examples"))
	env.Values[cityKey{}] = newCity()
	env.Values[pageKey{}] = reading{}
	env.Values[browserKey{}] = new(browser)
	env.Values[pictureKey{}] = new(map[string]string)
	env.Values[telegramKey{}] = new(*testtakopi.Telegram)
	return nil
}

// toolsDir is where the outer process has put this one.
func toolsDir() string { return filepath.Dir(os.Args[0]) }

// storyT is a testscript.T for a process that runs one story.
type storyT struct{}

type failed struct{}

func (storyT) Skip(args ...any)                       { storyT{}.Fatal(args...) }
func (storyT) Fatal(args ...any)                      { fmt.Println(args...); panic(failed{}) }
func (storyT) FailNow()                               { panic(failed{}) }
func (storyT) Parallel()                              {}
func (storyT) Log(args ...any)                        { fmt.Println(args...) }
func (t storyT) Run(_ string, f func(t testscript.T)) { f(t) }
func (storyT) Verbose() bool                          { return false } // a failure shows the part that failed, and no more

// await runs a command again and again until it succeeds: await 10s CMD.
func await(ts *testscript.TestScript, neg bool, args []string) {
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	for end := time.Now().Add(limit); ; time.Sleep(100 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if (err == nil) != neg {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%v: not within %s", args[1:], limit)
		}
	}
}

// exits runs a command that has to end with a status: exits 65 CMD. Nothing that
// it prints may hold a whole token.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
	cityOf(ts).mustNotHold(ts, "the output", ts.ReadFile("stdout")+ts.ReadFile("stderr"))
}

// mode compares the permissions of files: mode 0600 FILE...
func mode(ts *testscript.TestScript, _ bool, args []string) {
	for _, file := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(file))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
			ts.Fatalf("%s has mode %s, want %s", file, got, args[0])
		}
	}
}

// schema checks the last output by a JSON schema of the documentation.
func schema(ts *testscript.TestScript, _ bool, args []string) {
	compiled, err := jsonschema.NewCompiler().Compile(filepath.Join(toolsDir(), "docs", args[0]))
	ts.Check(err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile("stdout")))
	ts.Check(err)
	ts.Check(compiled.Validate(value))
}
