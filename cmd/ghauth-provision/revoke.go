package main

import (
	"context"
	"errors"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

func (w *world) revokeVerb() *cli.Command {
	return w.command(verb{
		name: "revoke", usage: "revoke the stored tokens",
		about: `Has GitHub revoke the stored token of every app, or of one, forgets it and logs gh
out of it. The timer's next tick mints a new one: to stop that, too, there is
lockdown. Tokens that were replaced before are not known any more; they die within
the hour that GitHub gives them.`,
		examples: []string{
			program + " revoke",
			program + " revoke --app backend",
		},
		flags: []cli.Flag{configDirFlag(), appFlag()},
		do: func(ctx context.Context, c *cli.Context) error {
			dir, apps, errs, err := w.provisioned(c)
			if err != nil {
				return err
			}
			var results []refresh.Result
			w.slow("revoking at GitHub", func() { results, err = w.refresher(dir).RevokeStored(ctx, apps) })
			return errors.Join(append(errs, err, w.reportRevoked(results))...)
		},
	})
}

// reportRevoked prints what became of the stored tokens.
func (w *world) reportRevoked(results []refresh.Result) error {
	var errs []error
	for _, res := range results {
		switch {
		case res.Err != nil:
			errs = append(errs, ofApp(res.App, res.Err))
		case res.Token.Value == "":
			w.print("%s: no token is stored", res.App.Name)
		default:
			w.print("%s: token %s (sha256 %s) is revoked", res.App.Name, res.Token.Value, res.Token.Value.Digest())
		}
		errs = append(errs, ofApp(res.App, res.GHErr))
	}
	return errors.Join(errs...)
}
