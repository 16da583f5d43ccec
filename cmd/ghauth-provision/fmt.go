package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/urfave/cli/v2"
)

func (w *world) fmtVerb() *cli.Command {
	return w.command(verb{
		name: "fmt", usage: "put the spec into the canonical layout", args: "[FILE]",
		about: `Rewrites the spec with HCL's canonical spacing and prints its name if that changed
it. With --check it changes nothing, and exits with 3 where there is something to
change.`,
		examples: []string{
			program + " fmt",
			program + " fmt --check hosts/build.hcl",
		},
		flags: []cli.Flag{specFlags()[0], &cli.BoolFlag{Name: "check", Usage: "change nothing; exit with 3 if the layout is another"}},
		do: func(_ context.Context, c *cli.Context) error {
			if err := takeFile(c); err != nil {
				return err
			}
			return w.format(c.String("spec"), c.Bool("check"))
		},
	})
}

func (w *world) format(flag string, check bool) error {
	path, src, err := w.readSpec(flag)
	if err != nil {
		return err
	}
	formatted, err := spec.Format(path, src)
	if err != nil || bytes.Equal(src, formatted) {
		return err
	}
	w.print("%s", path)
	if check {
		return errTold(exitUnformatted)
	}
	// A link stays one: it may lead into a repository.
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	return writeNamed(path, file, formatted, info.Mode())
}
