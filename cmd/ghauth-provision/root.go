package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// errStill is why nothing but files can be seen or changed beneath --root.
var errStill = errors.New("nothing runs beneath --root")

func rootFlag() cli.Flag {
	return &cli.StringFlag{Name: "root", Usage: "lay everything beneath `DIR`, the tree of an image: no systemd, no mint"}
}

// siteOf is the site that the flag --root may put elsewhere.
func (w *world) siteOf(c *cli.Context) (units.Site, error) {
	if c.IsSet("root") {
		if err := w.takeRoot(c.String("root")); err != nil {
			return units.Site{}, err
		}
	}
	return w.site()
}

// takeRoot has all that is written lie beneath dir, which must hold the home, and
// belong to its owner.
func (w *world) takeRoot(dir string) error {
	real, err := filepath.Abs(dir)
	if err == nil {
		real, err = filepath.EvalSymlinks(real)
	}
	if dir == "" || err != nil || !isDir(real) {
		return usage(fmt.Sprintf("--root takes a directory, and %q is none", dir), "make it first, and the home in it")
	}
	w.root = plan.Root(real)
	home, err := w.home()
	if err != nil {
		return err
	}
	if real, err = w.root.Real(home, true); err != nil || !isDir(real) {
		return &failure{exitBadSetup, fmt.Sprintf("there is no home directory %s beneath %s", home, w.root), "create the user in the image first, or set HOME to the home that is there"}
	}
	if w.uid == 0 {
		return w.goOnAsOwner(real)
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// exists looks beneath the root, if there is one.
func (w *world) exists(path string) bool {
	real, err := w.root.Real(path, false)
	return err == nil && exists(real)
}

// missing tells of a binary of a system directory that units name, and that is not
// beneath the root: there it is a package's, and not copied.
func (w *world) missing(binary string, copied bool) []string {
	if copied || w.exists(binary) {
		return nil
	}
	return []string{fmt.Sprintf("units name %s, which is not beneath %s: install it there", binary, w.root)}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// stillHost is the host beneath the root. What a mint has left there is not
// undone at GitHub: that takes the host itself.
func (w *world) stillHost(j *job) plan.Host {
	left := func(what, remedy string) func(context.Context, string) error {
		return func(context.Context, string) error { return j.leave(errStill, what, remedy) }
	}
	return plan.Host{
		Root: w.root, Verify: w.verifyStill, UnitsErr: errStill, LoginErr: errStill,
		Revoke:  left("the token was not revoked", "it dies by itself within the hour"),
		LogOut:  left("gh still has its login", "on the host, run: gh auth logout"),
		ClearGH: left("gh's directory is still there", "on the host, run: gh auth logout"),
	}
}
