package main

import (
	"context"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
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
			if err := w.validateKeys(s); err != nil {
				return err
			}
			w.print("The spec is valid: %s.", count(len(s.Apps), "app"))
			return nil
		},
	})
}

// validateKeys looks at the keys that apply would take: of a broker's spec root's own.
func (w *world) validateKeys(s *spec.Spec) error {
	switch {
	case len(s.Broker.Clients) == 0:
		return w.checkKeys(s)
	case w.uid == 0:
		return checkBrokerKeys(s)
	}
	w.say("the keys were not looked at: with a broker block they are for root to read")
	return nil
}
