package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/child"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
)

const (
	// uvTimeout bounds a run of uv, which may have to fetch packages.
	uvTimeout = 5 * time.Minute
	// maxUVTail bounds what is shown of uv's output, in bytes.
	maxUVTail = 1500
)

// command gives the words, after uv's own name, that install Takopi as it is
// installed at this moment, with the wheel, or without the plugin if that is empty.
func (p *takopiPlugin) command(wheel string) ([]string, error) {
	e, err := takopi.ReadEnvironment(p.w.takopiDir())
	if err != nil {
		return nil, err
	}
	return e.Command(wheel)
}

// run has uv carry out the command for wheel.
func (p *takopiPlugin) run(ctx context.Context, wheel string) error {
	fail := func(err error) error { return &failure{exitNoTool, err.Error(), ""} }
	words, err := p.command(wheel)
	if err != nil {
		return fail(err)
	}
	uv := p.uv()
	if uv == "" {
		return fail(errors.New("uv is not found"))
	}
	ctx, cancel := context.WithTimeout(ctx, uvTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, uv, words...)
	cmd.Env = withoutTokens(p.w.env)
	out := &child.Tail{Max: maxUVTail}
	cmd.Stdout, cmd.Stderr = out, out
	child.KillGroup(cmd)
	// Asked to, uv ends in good order; killed, it may leave half an environment.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	p.w.slow("uv is at work in Takopi's environment", func() { err = cmd.Run() })
	if err != nil {
		return fail(fmt.Errorf("uv tool install: %w: %s", err, out))
	}
	return nil
}

// uv finds the program, or gives nothing.
func (p *takopiPlugin) uv() string {
	home := p.w.getenv("HOME")
	for _, name := range []string{"uv", filepath.Join(home, ".local/bin/uv"), filepath.Join(home, ".cargo/bin/uv")} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// withoutTokens takes GitHub's own variables out of an environment.
func withoutTokens(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		return strings.HasPrefix(v, "GH_") || strings.HasPrefix(v, "GITHUB_")
	})
}

// shellWords writes a command that people can copy.
func shellWords(words []string) string { return strings.Join(mapTo(words, shellWord), " ") }
