package main

import (
	"context"
	"io"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plugin"
	"github.com/urfave/cli/v2"
)

func (w *world) pluginVerb() *cli.Command {
	return w.command(verb{
		name: "plugin", usage: "answer Takopi's /ghauth", args: "help|flow|status|refresh [APP]",
		about: `Prints the chat's answer to /ghauth, at most 1,900 characters. Takopi's
[plugins.ghauth] table comes as JSON on standard input; on a terminal, or where it
is empty, the defaults stand for it. The exit status of refresh is the script's.`,
		examples: []string{
			program + " plugin status </dev/null",
			`echo '{"max_token_age_minutes": 30}' | ` + program + " plugin status takopi",
			program + " plugin refresh </dev/null",
		},
		do: func(ctx context.Context, c *cli.Context) error { return w.plugin(ctx, c.Args().Slice()) },
	})
}

func (w *world) plugin(ctx context.Context, words []string) error {
	home, err := w.home()
	if err != nil {
		return err
	}
	in := w.stdin
	if w.terminal {
		in = strings.NewReader("")
	}
	table, err := plugin.ReadTable(in, home)
	if err != nil {
		// The chat has to get an answer, and it is shown what is on standard output.
		w.print("%v: correct it in takopi.toml, or run `%s apply`", err, program)
		return errTold(exitBadInput)
	}
	text, status := plugin.Plugin{Table: table, Home: home, Now: w.now, Env: w.env}.Answer(ctx, words)
	io.WriteString(w.stdout, text+"\n")
	if status != exitOK {
		return errTold(status)
	}
	return nil
}
