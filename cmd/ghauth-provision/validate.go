package main

import (
	"context"

	"github.com/urfave/cli/v2"
)

func (w *world) validateVerb() *cli.Command {
	return w.command(verb{
		name: "validate", usage: "check the spec and the keys that it names", args: "[FILE]",
		about: `Reads the spec and the keys to be imported, and tells everything that is wrong
with them, with file, line and column. It changes nothing and asks nobody.`,
		examples: []string{
			program + " validate",
			program + " validate hosts/build.hcl",
		},
		flags: specFlags(),
		do: func(_ context.Context, c *cli.Context) error {
			if err := takeFile(c); err != nil {
				return err
			}
			s, _, err := w.loadSpec(c)
			if err != nil {
				return err
			}
			if err := w.checkKeys(s); err != nil {
				return err
			}
			w.print("The spec is valid: %s.", count(len(s.Apps), "app"))
			return nil
		},
	})
}
