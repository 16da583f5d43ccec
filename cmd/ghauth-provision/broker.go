package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

// brokerConfig is where apply puts the broker's policy.
const brokerConfig = "/etc/ghauth-provision/broker.json"

func (w *world) brokerVerb() *cli.Command {
	return w.command(verb{
		name: "broker", usage: "serve tokens to users who must not have the key",
		about: `Answers, over a Unix socket, users who may have tokens and not the key. Who asks is
told by the kernel; what each may ask for, and how often, stands in the config. The
keys are credentials: files named after the apps in $CREDENTIALS_DIRECTORY. A record
of each answer is kept, in the journal or in $STATE_DIRECTORY, before it is given.
This is what the unit runs that apply makes as root; systemd hands it the socket,
starts it when somebody connects, and it stops when nobody has for 90 seconds. By
hand it can be tried out with --socket.`,
		examples: []string{
			program + " broker --config /etc/ghauth-provision/broker.json",
			"CREDENTIALS_DIRECTORY=$PWD/keys STATE_DIRECTORY=$PWD " + program + " broker --config broker.json --socket ./broker.sock",
		},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Usage: "read the policy from `FILE`", Value: brokerConfig},
			&cli.DurationFlag{Name: "idle", Usage: "stop when nobody has been connected for `TIME`; less than a minute lets clients ask more often than the policy says", Value: broker.IdleTime},
			&cli.StringFlag{Name: "socket", Usage: "listen at `PATH` rather than at the socket that systemd hands over"},
		},
		do: w.serveBroker,
	})
}

func (w *world) serveBroker(ctx context.Context, c *cli.Context) error {
	config, err := readBrokerConfig(c.String("config"))
	if err != nil {
		return err
	}
	dir := filepath.Dir(c.String("config"))
	if since, locked := refresh.LockedDown(dir); locked {
		return &refresh.LockdownError{Since: since}
	}
	m, err := broker.NewMinter(config, w.getenv("CREDENTIALS_DIRECTORY"), versionString(), w.now, func(app, text string) { w.say("%s: %s", app, text) })
	if err != nil {
		return err
	}
	ln, err := w.brokerSocket(c.String("socket"))
	if err != nil {
		return err
	}
	state := w.getenv("STATE_DIRECTORY")
	s := &broker.Server{Config: config, Mint: m.Mint, Revoke: m.Revoke, Now: w.now, Idle: c.Duration("idle"), Audit: func(r audit.Record) error { return audit.Write(state, r) }}
	err = s.Serve(ctx, ln)
	if _, locked := refresh.LockedDown(dir); locked {
		err = errors.Join(err, w.revokeKept(context.WithoutCancel(ctx), s))
	}
	return err
}

// revokeKept ends what a broker has handed out, for a lockdown that has stopped it.
func (w *world) revokeKept(ctx context.Context, s *broker.Server) error {
	revoked, err := s.RevokeKept(ctx)
	w.say("a lockdown: %s that had been handed out and were kept are revoked", count(revoked, "token"))
	return err
}

func readBrokerConfig(path string) (broker.Config, error) {
	data, err := readFile(path, broker.MaxConfig)
	if err != nil {
		return broker.Config{}, &failure{exitBadSetup, "the broker's config cannot be read: " + err.Error(), "name it: --config FILE"}
	}
	config, err := broker.ParseConfig(data)
	if err != nil {
		err = &failure{exitBadInput, fmt.Sprintf("%s: %v", path, err), "correct it, or run " + program + " apply as root, which writes it"}
	}
	return config, err
}

// brokerSocket gives the socket to answer at.
func (w *world) brokerSocket(path string) (*net.UnixListener, error) {
	if path != "" {
		return broker.Listen(path)
	}
	ln, err := broker.Inherited()
	if err == nil && ln == nil {
		err = usage("systemd has handed over no socket", "to try it out, name one: --socket PATH")
	}
	return ln, err
}
