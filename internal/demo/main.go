// Demo shows the main job from beginning to end: a stand-in for GitHub on
// loopback, a throw-away user with a real "systemd --user", an apply, a token
// that the timer rotates, a second apply that changes nothing, a destroy.
// It leaves nothing behind.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"golang.org/x/sys/unix"
)

// insideVar says that this process runs on the throw-away host.
const insideVar = "GHAUTH_DEMO_INSIDE"

func main() {
	testhost.Main()
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	var err error
	if os.Getenv(insideVar) != "" {
		err = (&show{ctx: ctx, host: "github.localhost", addr: "127.0.0.1:80", timer: true}).run()
	} else {
		err = outside(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// outside builds the program and runs the show on a host of its own.
func outside(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "ghauth-demo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// The host's user is not the one who runs this.
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	if err := build(ctx, dir); err != nil {
		return err
	}
	if err := testhost.Available(); err != nil {
		return withoutSystemd(ctx, dir, err)
	}
	c := testhost.Config{Stdout: os.Stdout, Stderr: os.Stderr, Env: []string{insideVar + "=1", "PATH=" + dir + ":/usr/local/bin:/usr/bin:/bin"}}
	status, err := testhost.Run(ctx, c, filepath.Join(dir, "demo"))
	if err == nil && status != 0 {
		err = fmt.Errorf("the show ended with status %d", status)
	}
	return err
}

// build puts the program and this one into dir.
func build(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", dir+"/", "./cmd/ghauth-provision", "./internal/demo")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build: %w (run this from the top of the repository)", err)
	}
	return nil
}

// withoutSystemd runs the show as an unprivileged user of no name in a
// throw-away home, which takes root; the timer's part is left out.
func withoutSystemd(ctx context.Context, dir string, why error) error {
	fmt.Printf("# No systemd --user can be had here: %v\n", why)
	if os.Geteuid() != 0 {
		return fmt.Errorf("nor can a throw-away home without root: run this as root, or where users may make namespaces")
	}
	fmt.Println("# So no timer runs in this show, and the token is rotated by hand.")
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	if err := os.Chown(home, nobodyElse, nobodyElse); err != nil {
		return err
	}
	s := &show{ctx: ctx, addr: "127.0.0.1:0", uid: nobodyElse,
		env: []string{"HOME=" + home, "PATH=" + dir + ":/usr/local/bin:/usr/bin:/bin"}}
	return s.run()
}

// nobodyElse is a user that no passwd(5) has.
const nobodyElse = 61999
