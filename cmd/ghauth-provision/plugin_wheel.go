package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/urfave/cli/v2"
)

func (w *world) wheelVerb() *cli.Command {
	return w.command(verb{
		name: "wheel", usage: "write the plugin's wheel", args: "DIR",
		about: `Writes the wheel of Takopi's plugin into the directory DIR and prints its path, for
those who install it by other means than apply: pip, a container's image. The plugin
calls this program by the path that it has now, or by the one that --binary gives.
Restart Takopi once it is installed.`,
		examples: []string{
			program + " plugin wheel .",
			program + " plugin wheel --binary /usr/bin/" + program + " /srv/image",
		},
		flags: []cli.Flag{&cli.StringFlag{Name: "binary", Usage: "the absolute `PATH` of this program where Takopi will run"}},
		do: func(_ context.Context, c *cli.Context) error {
			if c.NArg() != 1 {
				return usage("plugin wheel takes one directory", "for example: "+program+" plugin wheel .")
			}
			return w.wheel(c.Args().First(), c.String("binary"))
		},
	})
}

func (w *world) wheel(dir, binary string) error {
	if binary == "" {
		var err error
		if binary, err = os.Executable(); err != nil {
			return err
		}
	}
	wheel, err := takopi.NewWheel(binary)
	if err != nil {
		return usage(err.Error(), "name one: --binary PATH")
	}
	path := filepath.Join(dir, wheel.Name)
	if err := writeNamed(path, path, wheel.Data, 0o644); err != nil {
		return err
	}
	w.print("%s", path)
	return nil
}
