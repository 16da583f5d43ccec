package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plugin"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

func (w *world) pluginVerb() *cli.Command {
	return w.command(verb{
		name: "plugin", usage: "answer Takopi's /ghauth", args: "help|flow|status|refresh [APP]",
		about: `Prints the chat's answer to /ghauth, at most 1,900 characters. Takopi's
[plugins.ghauth] table comes as JSON on standard input, either alone or, with what
else is known of the message, as {"plugin_config": {…}, "words": ["status"],
"sender": 7, "project": "backend"}; on a terminal, or where it is empty, the
defaults stand for it. The exit status of refresh is the script's.`,
		examples: []string{
			program + " plugin status </dev/null",
			`echo '{"max_token_age_minutes": 30}' | ` + program + " plugin status takopi",
			program + " plugin refresh </dev/null",
		},
		verbs: []*cli.Command{w.wheelVerb()},
		do:    func(ctx context.Context, c *cli.Context) error { return w.plugin(ctx, c.Args().Slice()) },
	})
}

func (w *world) plugin(ctx context.Context, words []string) error {
	home, err := w.home()
	if err != nil {
		// The chat has to get an answer, and it is shown what is on standard output.
		w.print("%v; %s", err, remedyOf(err))
		return errTold(statusOf(err))
	}
	in := w.stdin
	if w.terminal {
		in = strings.NewReader("")
	}
	req, wrong := plugin.ReadRequest(in, home)
	if len(words) > 0 {
		req.Words = words
	}
	p := plugin.Plugin{Request: req, Wrong: wrong, Home: home, Now: w.now, Env: w.env, Timer: w.pluginTimer}
	text, status := p.Answer(ctx)
	io.WriteString(w.stdout, text+"\n")
	if status != exitOK {
		return errTold(status)
	}
	return nil
}

// timerTimeout bounds the look at the timer: the tokens are told of without it.
const timerTimeout = 3 * time.Second

func (w *world) pluginTimer(ctx context.Context) plugin.Timer {
	ctx, cancel := context.WithTimeout(ctx, timerTimeout)
	defer cancel()
	unknown := plugin.Timer{Unknown: true}
	manager, err := systemd.User(ctx, w.runtimeDir())
	if err != nil {
		return unknown
	}
	defer manager.Close()
	timer, err := manager.Unit(ctx, units.Timer)
	if err != nil {
		return unknown
	}
	service, err := manager.Unit(ctx, units.Service)
	if err != nil {
		return unknown
	}
	t := plugin.Timer{Active: timer.Active == "active", Next: timer.Next, Status: service.Status, Service: units.Service}
	if service.Active == "failed" {
		t.Failed = service.Last
	}
	return t
}
