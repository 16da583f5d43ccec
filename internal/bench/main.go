// Bench compares the program, as whole processes and in one run, with the shell
// script that it replaces: against the same stand-in for GitHub on loopback, on
// a throw-away host with a real "systemd --user". It prints a table in Markdown.
//
// gh is left out on both sides: its login takes longer than all else together,
// and would hide what is measured.
//
// With -mint it puts a mint beside other ways to get a token: a bare POST by curl,
// a bare Go program, the shell script, and Node's @octokit/auth-app; for one App
// and for many that are due at once.
//
// With -scale it shows instead how plan and apply grow with the number of apps,
// and puts them beside ansible-playbook with the same set-up.
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
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/ghauth-provision/ghauth-provision/internal/testoctokit"
	"golang.org/x/sys/unix"
)

// insideVar is set on the throw-away host, to the directory of what was built.
const insideVar = "GHAUTH_BENCH_INSIDE"

func main() {
	testhost.Main()
	runs := flag.Int("runs", 30, "how often to run each thing")
	scale := flag.Bool("scale", false, "measure plan and apply with many apps, and ansible-playbook")
	mint := flag.Bool("mint", false, "measure mint beside its peers, and with many apps")
	apps := flag.String("apps", "1,10,100,1000", "with -mint or -scale: how many apps, ascending")
	flag.Parse()
	counts, err := ascending(*apps)
	if err != nil || *runs < 1 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "bench: -runs takes a number from 1, and -apps several up to", maxApps, "ascending")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	switch {
	case os.Getenv(insideVar) == "":
		err = outside(ctx, *mint, os.Args[1:])
	case *mint:
		err = insideMint(ctx, counts, *runs)
	case *scale:
		err = insideScale(ctx, counts, *runs)
	default:
		err = inside(ctx, *runs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// ascending reads numbers from 1, by commas.
func ascending(text string) (counts []int, err error) {
	last := 0
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(field)
		if err != nil || n <= last || n > maxApps {
			return nil, fmt.Errorf("%q is no number above %d, up to %d", field, last, maxApps)
		}
		counts, last = append(counts, n), n
	}
	return counts, nil
}

// outside builds the program as it is shipped, and goes on in a host.
func outside(ctx context.Context, octokit bool, args []string) error {
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
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", dir+"/", "./cmd/ghauth-provision", "./internal/bench", "./internal/bench/bare")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build: %w (run this from the top of the repository)", err)
	}
	if octokit {
		installed, err := testoctokit.Install(ctx)
		if err != nil {
			return err
		}
		// The user's cache is not for the user of the host.
		if err := os.CopyFS(filepath.Join(dir, "octokit"), os.DirFS(installed)); err != nil {
			return err
		}
	}
	c := testhost.Config{Stdout: os.Stdout, Stderr: os.Stderr,
		Env: []string{insideVar + "=" + dir, "PATH=" + dir + ":/usr/local/bin:/usr/bin:/bin"}}
	status, err := testhost.Run(ctx, c, append([]string{filepath.Join(dir, "bench")}, args...)...)
	if err == nil && status != 0 {
		err = fmt.Errorf("status %d", status)
	}
	return err
}
