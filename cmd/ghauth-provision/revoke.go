package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

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
			return errors.Join(append(errs, err, w.reportRevoked(results, "run it again when GitHub answers, or wait until then"))...)
		},
	})
}

// reportRevoked prints what became of the stored tokens; remedy is for those that
// could not be revoked.
func (w *world) reportRevoked(results []refresh.Result, remedy string) error {
	var errs []error
	for _, res := range results {
		switch token := res.Token; {
		case is[*refresh.WriteError](res.Err):
			errs = append(errs, &failure{exitNoWrite, fmt.Sprintf("%s: the token %s (sha256 %s) is revoked, but still stored: %v", res.App.Name, token.Value, token.Value.Digest(), res.Err),
				cmp.Or(diskRemedy(res.Err), "mend the directory, and run it again")})
		case res.Err != nil && token.Value != "":
			errs = append(errs, &failure{statusOf(res.Err), fmt.Sprintf("%s: the token %s (sha256 %s) was not revoked and lives until %s: %v", res.App.Name, token.Value,
				token.Value.Digest(), token.ExpiresAt.Local().Format(time.TimeOnly), res.Err), remedy})
		case res.Err != nil:
			errs = append(errs, ofApp(res.App, res.Err))
		case token.Value == "":
			w.print("%s: no token is stored", res.App.Name)
		default:
			w.print("%s: token %s (sha256 %s) is revoked", res.App.Name, token.Value, token.Value.Digest())
		}
		errs = append(errs, ofApp(res.App, res.GHErr))
	}
	return errors.Join(errs...)
}
