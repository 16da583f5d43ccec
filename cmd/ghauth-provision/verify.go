package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
)

// verifyTimeout bounds systemd-analyze, which takes a tenth of a second.
const verifyTimeout = 20 * time.Second

// unitsNotChecked says, where there is no systemd-analyze, that there is none.
const unitsNotChecked = "units: not checked before they are written: systemd-analyze is not installed"

func canVerify() bool {
	_, err := exec.LookPath("systemd-analyze")
	return err == nil
}

// execStart is the program that a unit starts.
var execStart = regexp.MustCompile(`(?m)^ExecStart="[^"]*"`)

// verifyStill has units looked at that are of an image. What they start lies in there,
// out of systemd-analyze's sight, and a program of this host stands in for it.
func (w *world) verifyStill(ctx context.Context, units map[string][]byte) error {
	here := map[string][]byte{}
	for name, content := range units {
		here[name] = execStart.ReplaceAll(content, []byte("ExecStart=/bin/sh"))
	}
	return w.verifyUnits(ctx, here)
}

// verifyUnits has systemd-analyze(1) look at the user's units before they are written.
func (w *world) verifyUnits(ctx context.Context, units map[string][]byte) error {
	run := w.runtimeDir()
	if run == "" && canVerify() {
		w.say("units: not checked before they are written: XDG_RUNTIME_DIR is not set")
		return nil
	}
	return w.verifyIn(ctx, run, units, "--user")
}

// verifyIn has them looked at in a directory below run. What systemd-analyze complains
// of is an error; that it cannot look is not.
func (w *world) verifyIn(ctx context.Context, run string, units map[string][]byte, manager string) (err error) {
	if !canVerify() {
		w.say("%s", unitsNotChecked)
		return nil
	}
	// One name will do: applies are serialised, and a killed one's is used again. A link
	// of that name would have other units be overwritten, and removed.
	dir := filepath.Join(run, "ghauth-verify")
	if err := atomicfile.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	at, err := atomicfile.AtPrivate(dir)
	if err != nil {
		return &failure{exitNoWrite, "units are not checked in what is no directory of this user's alone: " + err.Error(), "remove " + dir}
	}
	defer at.Close()
	names := slices.Sorted(maps.Keys(units))
	defer func() {
		for _, name := range names {
			err = errors.Join(err, at.Delete(name))
		}
		err = errors.Join(err, atomicfile.Remove(dir))
	}()
	if err := at.Sweep(names...); err != nil {
		return err
	}
	var files []string
	for _, name := range names {
		if err := at.Write(name, units[name], 0o600); err != nil {
			return err
		}
		files = append(files, filepath.Join(dir, name))
	}
	return w.analyze(ctx, files, dir, manager)
}

// analyze runs systemd-analyze, and tells its complaints about the files in dir
// from those about other things.
func (w *world) analyze(ctx context.Context, files []string, dir, manager string) error {
	limited, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	args := append([]string{"verify", manager, "--man=no", "--recursive-errors=yes"}, files...)
	cmd := exec.CommandContext(limited, "systemd-analyze", args...)
	cmd.Env = []string{"HOME=" + w.getenv("HOME"), "PATH=" + w.getenv("PATH"), "XDG_RUNTIME_DIR=" + filepath.Dir(dir), "LANG=C.UTF-8"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	said := strings.TrimSpace(strings.ReplaceAll(out.String(), dir+"/", ""))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && said == "":
		w.detail("systemd-analyze takes the units")
		return nil
	case slices.ContainsFunc(files, func(file string) bool { return strings.Contains(said, filepath.Base(file)) }):
		return &failure{exitBadInput, "systemd does not take the units as they would be: " + said, "correct the paths in the spec"}
	}
	w.say("units: not checked before they are written: systemd-analyze: %v: %s", err, said)
	return nil
}
