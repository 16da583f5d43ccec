package main

import (
	"context"
	"os/exec"
	"time"
)

// observeTime bounds a program that tells something of the system.
const observeTime = 20 * time.Second

// observe runs a program that changes nothing, and gives what it says.
func (w *world) observe(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, observeTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = []string{"PATH=" + w.getenv("PATH"), "LANG=C.UTF-8"}
	out, err := cmd.Output()
	return string(out), err
}
