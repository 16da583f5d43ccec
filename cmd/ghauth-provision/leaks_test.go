package main_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// leaks lists where tokens or keys may be found that the stand-in knows, and fails if
// they are anywhere else: below the home, where temporary files are, too; in the
// runtime directory and the journal; or in the arguments and environment of a process.
// Each argument is a path below the home.
func leaks(ts *testscript.TestScript, _ bool, allowed []string) {
	city, home := cityOf(ts), ts.Getenv("HOME")
	for _, dir := range []string{home, ts.Getenv("TMPDIR"), ts.Getenv("XDG_RUNTIME_DIR")} {
		ts.Check(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			var data []byte
			if err == nil && d.Type().IsRegular() && !slices.Contains(allowed, path) && !slices.Contains(allowed, strings.TrimPrefix(path, home+"/")) {
				data, err = os.ReadFile(path)
			}
			city.mustNotHold(ts, path, string(data))
			if errors.Is(err, fs.ErrPermission) {
				return nil // systemd has some that nobody reads
			}
			return err
		}))
	}
	journal, _ := exec.Command("journalctl", "--user", "--output=export").Output()
	city.mustNotHold(ts, "the journal", string(journal))
	if where := city.running(); where != "" {
		ts.Fatalf("%s", where)
	}
}

// running says which process has a secret in its arguments or its environment.
func (c *city) running() string {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		if dir == fmt.Sprintf("/proc/%d", os.Getpid()) {
			continue
		}
		for _, name := range []string{"cmdline", "environ"} {
			data, _ := os.ReadFile(filepath.Join(dir, name))
			if secret := c.secretIn(string(data)); secret != "" {
				return filepath.Join(dir, name) + " holds " + secret
			}
		}
	}
	return ""
}

// spied runs a command, and looks again and again into the arguments and environment of
// every process: its own, and those that it starts. No secret may be there.
func spied(ts *testscript.TestScript, neg bool, args []string) {
	city := cityOf(ts)
	ended := make(chan struct{})
	seen := make(chan string, 1)
	go func() {
		looks := 0
		for where := ""; ; looks++ {
			select {
			case <-ended:
				fmt.Printf("%d looks\n", looks)
				seen <- where
				return
			default:
				if where == "" {
					where = city.running()
				}
			}
		}
	}()
	err := ts.Exec(args[0], args[1:]...)
	close(ended)
	where := <-seen
	ts.Check(err)
	if (where != "") != neg {
		ts.Fatalf("seen: %q", where)
	}
	city.mustNotHold(ts, "the output", ts.ReadFile("stdout")+ts.ReadFile("stderr"))
}
