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

// A uvCommand is a run of uv: what it is given in its environment, and the words after
// its own name.
type uvCommand struct{ env, words []string }

// command installs Takopi as it is installed at this moment, with the wheel, or without
// the plugin if that is empty.
func (p *takopiPlugin) command(wheel string) (uvCommand, error) {
	e, err := takopi.ReadEnvironment(p.w.takopiDir())
	if err != nil {
		return uvCommand{}, err
	}
	return p.commandIn(e, wheel)
}

func (p *takopiPlugin) commandIn(e takopi.Environment, wheel string) (c uvCommand, err error) {
	if tools := filepath.Dir(e.Dir); tools != p.w.uvToolDir() {
		c.env = append(c.env, "UV_TOOL_DIR="+tools)
	}
	if dir := e.BinDir(); dir != "" && dir != p.w.uvBinDir() {
		c.env = append(c.env, "UV_TOOL_BIN_DIR="+dir)
	}
	c.words, err = e.Command(wheel, p.with(wheel)...)
	return c, err
}

// with is what a wheel brings along.
func (p *takopiPlugin) with(wheel string) []string {
	if wheel == "" {
		return nil
	}
	return p.j.spec.Takopi.With
}

// String writes c so that people can copy it.
func (c uvCommand) String() string {
	text := ""
	for _, setting := range c.env {
		name, value, _ := strings.Cut(setting, "=")
		text += name + "=" + shellWord(value) + " "
	}
	return text + "uv " + shellWords(c.words)
}

// uvBinDir is where uv puts the programs of tools (docs.astral.sh/uv/reference/storage,
// "Executable directories"), empty where that is not plain.
func (w *world) uvBinDir() string {
	for _, name := range []string{"UV_TOOL_BIN_DIR", "XDG_BIN_HOME"} {
		if dir := w.getenv(name); dir != "" {
			return dir
		}
	}
	if data := w.getenv("XDG_DATA_HOME"); data != "" {
		return filepath.Join(data, "../bin")
	}
	return filepath.Join(w.getenv("HOME"), ".local/bin")
}

// run has uv carry out the command for wheel.
func (p *takopiPlugin) run(ctx context.Context, wheel string) error {
	fail := func(err error) error { return &failure{exitNoTool, err.Error(), ""} }
	c, err := p.command(wheel)
	if err != nil {
		return fail(err)
	}
	uv := p.uv()
	if uv == "" {
		return fail(errors.New("uv is not found"))
	}
	ctx, cancel := context.WithTimeout(ctx, uvTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, uv, c.words...)
	cmd.Env = append(withoutTokens(p.w.env), c.env...)
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
