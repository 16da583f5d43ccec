package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// verifyUnits has systemd-analyze(1) look at units before they are written. What
// it complains of is an error; that it cannot look is not.
func (w *world) verifyUnits(ctx context.Context, units map[string][]byte) (err error) {
	if !canVerify() {
		return nil // which the plan's notes tell
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("ghauth-verify-%d", os.Getpid()))
	if run := w.runtimeDir(); run != "" {
		dir = filepath.Join(run, filepath.Base(dir))
	}
	if err := atomicfile.Mkdir(dir, 0o700); err != nil {
		return err
	}
	args := []string{"verify", "--user", "--man=no", "--recursive-errors=yes"}
	defer func() {
		for _, file := range args[4:] {
			err = errors.Join(err, atomicfile.Remove(file))
		}
		err = errors.Join(err, atomicfile.Remove(dir))
	}()
	for name, content := range units {
		file := filepath.Join(dir, name)
		args = append(args, file)
		if err := atomicfile.Write(file, content, 0o600); err != nil {
			return err
		}
	}
	return w.analyze(ctx, args, dir)
}

// analyze runs systemd-analyze, and tells its complaints about the files in dir
// from those about other things.
func (w *world) analyze(ctx context.Context, args []string, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "systemd-analyze", args...)
	cmd.Env = []string{"HOME=" + w.getenv("HOME"), "PATH=" + w.getenv("PATH"), "XDG_RUNTIME_DIR=" + filepath.Dir(dir), "LANG=C.UTF-8"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	said := strings.TrimSpace(strings.ReplaceAll(out.String(), dir+"/", ""))
	switch {
	case err == nil && said == "":
		w.detail("systemd-analyze takes the units")
		return nil
	case strings.Contains(said, "takopi-github-token-refresh"):
		return &failure{exitBadInput, "systemd does not take the units as they would be: " + said, "correct the paths in the spec"}
	}
	w.say("units: not checked before they are written: systemd-analyze: %v: %s", err, said)
	return nil
}
