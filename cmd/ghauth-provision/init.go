package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/urfave/cli/v2"
)

// A question is asked by init where no flag answers it.
type question struct {
	flag, attr, text string
	number           bool
	stand            string // what stands in for the answer where nobody can be asked
	// instead is an attribute, with a flag of its own, that answers it as well.
	instead, insteadFlag string
}

var questions = []question{
	{"app-id", "app_id", "App id (a number, on the App's settings page)", true, "123456", "client_id", "client-id"},
	{"installation-id", "installation_id", "Installation id (the number at the end of the installation's settings URL)", true, "987654", "installation", "installation"},
	{"private-key", "private_key", "The .pem file that GitHub gave you", false, "~/keys/takopi.pem", "", ""},
}

func (w *world) initVerb() *cli.Command {
	return w.command(verb{
		name: "init", usage: "write a spec to start from", args: "[FILE]",
		about: `Writes a spec with every option and its default in comments, to FILE or ghauth.hcl.
On a terminal it asks for what no flag gives; elsewhere examples stand in for it, to
be filled in. A file that is there is never replaced.`,
		examples: []string{
			program + " init",
			program + " init --app-id 123456 --installation-id 987654 --private-key ~/keys/takopi.pem",
			program + " init --client-id Iv23liAbCdEf01234567 --installation octo-org --private-key key.pem",
			program + " init --name backend hosts/build.hcl",
		},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "call the app `NAME`", Value: "takopi"},
			&cli.StringFlag{Name: "app-id", Usage: "the App's `ID`"},
			&cli.StringFlag{Name: "client-id", Usage: "the App's client `ID`, in place of --app-id"},
			&cli.StringFlag{Name: "installation-id", Usage: "the installation's `ID`"},
			&cli.StringFlag{Name: "installation", Usage: "the installation of `OWNER` or OWNER/REPO, in place of --installation-id"},
			&cli.StringFlag{Name: "private-key", Usage: "the .pem `FILE`"},
		},
		do: func(_ context.Context, c *cli.Context) error { return w.initSpec(c) },
	})
}

func (w *world) initSpec(c *cli.Context) error {
	path := specName
	if c.Args().Len() > 1 {
		return usage("init writes one file", "see "+program+" init --help")
	}
	if c.Args().Present() {
		path = c.Args().First()
	}
	if exists(path) {
		return usage(path+" is there already", "edit it, or name another file: "+program+" init FILE")
	}
	values, open, err := w.answers(c)
	if err != nil {
		return err
	}
	text := spec.Starter(c.String("name"), spec.Values{"app": values})
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	home, err := w.namedHome()
	if err != nil {
		return err
	}
	// What was answered may be no spec.
	if _, err := spec.Parse(full, text, spec.Inputs{Home: home}); err != nil {
		return err
	}
	if err := writeNamed(path, full, text, 0o644); err != nil {
		return err
	}
	w.print("Wrote %s.", path)
	if len(open) > 0 {
		w.print("Fill in %s, and then run: %s plan", strings.Join(open, ", "), program)
	} else {
		w.print("Next: %s plan", program)
	}
	return nil
}

// answers collects the attributes' values, and names those that an example
// stands in for.
func (w *world) answers(c *cli.Context) (values map[string]string, open []string, err error) {
	values = map[string]string{}
	in := bufio.NewScanner(io.LimitReader(w.stdin, 64<<10))
	for _, q := range questions {
		answer := c.String(q.flag)
		if other := c.String(q.insteadFlag); other != "" {
			if answer != "" {
				return nil, nil, usage("--"+q.flag+" and --"+q.insteadFlag+" say the same in two ways", "give one of them")
			}
			values[q.instead] = spec.Quote(other)
			continue
		}
		if answer == "" && w.terminal {
			fmt.Fprintf(w.stderr, "%s: ", q.text)
			if !in.Scan() && in.Err() != nil {
				return nil, nil, in.Err()
			}
			answer = strings.TrimSpace(in.Text())
		}
		if answer == "" {
			open = append(open, q.attr)
			answer = q.stand
		}
		if _, err := strconv.ParseUint(answer, 10, 53); q.number && err != nil {
			return nil, nil, usage(fmt.Sprintf("%s is not a number: %q", q.attr, answer), "it stands on the App's or the installation's settings page")
		}
		if !q.number {
			answer = spec.Quote(answer)
		}
		values[q.attr] = answer
	}
	return values, open, nil
}
