package main

import (
	"context"

	"github.com/urfave/cli/v2"
)

// A report is what status tells.
type report interface {
	good() bool    // whether there is nothing to do
	show(w *world) // for people
}

// look makes the report on the host, or for root on the broker of this system.
func (w *world) look(ctx context.Context, c *cli.Context) (report, error) {
	if w.ofBroker(c) {
		return w.inspectBroker(ctx, c)
	}
	return w.inspect(ctx, c)
}
