// Bench compares the program, as whole processes and in one run, with the shell
// script that it replaces: against the same stand-in for GitHub on loopback, on
// a throw-away host with a real "systemd --user". It prints a table in Markdown.
//
// gh is left out on both sides: its login takes longer than all else together,
// and would hide what is measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"golang.org/x/sys/unix"
)

// runsVar says, on the throw-away host, how often to run each thing.
const runsVar = "GHAUTH_BENCH_RUNS"

func main() {
	testhost.Main()
	runs := flag.Int("runs", 30, "how often to run each thing")
	flag.Parse()
	if *runs < 1 {
		fmt.Fprintln(os.Stderr, "bench: -runs takes a number from 1")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	var err error
	if n, e := strconv.Atoi(os.Getenv(runsVar)); e == nil {
		err = inside(ctx, n)
	} else {
		err = outside(ctx, *runs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// outside builds the program as it is shipped, and goes on in a host.
func outside(ctx context.Context, runs int) error {
	if err := testhost.Available(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ghauth-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir+"/", "./cmd/ghauth-provision", "./internal/bench")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build: %w (run this from the top of the repository)", err)
	}
	c := testhost.Config{Stdout: os.Stdout, Stderr: os.Stderr,
		Env: []string{runsVar + "=" + strconv.Itoa(runs), "PATH=" + dir + ":/usr/local/bin:/usr/bin:/bin"}}
	status, err := testhost.Run(ctx, c, filepath.Join(dir, "bench"))
	if err == nil && status != 0 {
		err = fmt.Errorf("status %d", status)
	}
	return err
}
