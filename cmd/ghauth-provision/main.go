// Ghauth-provision sets up a host so that gh, git and coding agents always have
// a fresh token of a GitHub App, and mints those tokens.
package main

import (
	"context"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	// What this program and gh make is the user's alone from the first byte,
	// and never unreadable: a shell's umask can be either.
	umask := unix.Umask(0o077)
	// A core file would have keys in it (core(5)); Go writes one where GOTRACEBACK is crash.
	var cores unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &cores) == nil {
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Max: cores.Max})
	}
	// A reader that goes away must not end a run in the middle: writes to it
	// then fail with EPIPE, and the work completes. To be ignored, rather than
	// caught, would be inherited by gh and the refresh script.
	signal.Notify(make(chan os.Signal, 1), unix.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	// The first signal asks for an end in good order, a second one forces it.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, world{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		env: os.Environ(), uid: os.Geteuid(), umask: umask, cores: cores, now: time.Now,
	}, os.Args[1:]))
}
