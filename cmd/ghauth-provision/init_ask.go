package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/urfave/cli/v2"
)

// An attribute of the app that a spec has to have.
type required struct {
	flag, attr string
	number     bool
	stand      string // what stands in for it while it is not known
	// instead is an attribute, with a flag of its own, that says the same.
	instead, insteadFlag string
}

var requirements = []required{
	{"app-id", "app_id", true, "123456", "client_id", "client-id"},
	{"installation-id", "installation_id", true, "987654", "installation", "installation"},
	{"private-key", "private_key", false, spec.Quote("~/keys/takopi.pem"), "", ""},
}

// takeFlags has the draft say what the flags do.
func (d *draft) takeFlags(c *cli.Context) error {
	for _, r := range requirements {
		value, other := c.String(r.flag), c.String(r.insteadFlag)
		switch {
		case value != "" && other != "":
			return usage("--"+r.flag+" and --"+r.insteadFlag+" say the same in two ways", "give one of them")
		case r.number && isID(other): // an id is one by whichever flag it comes
			d.values["app"][r.attr] = other
		case other != "":
			d.values["app"][r.instead] = spec.Quote(other)
		case value == "":
		case r.number && !isID(value):
			return usage(fmt.Sprintf("%s is not a number: %q", r.attr, value), "it stands on the App's or the installation's settings page")
		case r.number:
			d.values["app"][r.attr] = value
		default:
			d.values["app"][r.attr] = spec.Quote(value)
		}
	}
	return nil
}

func isID(text string) bool {
	_, err := strconv.ParseUint(text, 10, 53)
	return err == nil
}

// open gives what the draft does not say yet.
func (d *draft) open() (open []required) {
	app := d.values["app"]
	for _, r := range requirements {
		if app[r.attr] == "" && app[r.instead] == "" {
			open = append(open, r)
		}
	}
	return open
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 4096

// question puts one on the terminal, and gives the line that answers it, or io.EOF. No
// byte behind the line is taken: it is of the next.
func (w *world) question(text string) (string, error) {
	fmt.Fprintf(w.stderr, "%s: ", text)
	var line []byte
	for b := make([]byte, 1); len(line) < maxAnswer; {
		n, err := w.stdin.Read(b)
		if n == 0 && err != nil {
			fmt.Fprintln(w.stderr) // what comes next begins a line
			return "", err
		}
		if n == 1 && b[0] == '\n' {
			break
		}
		line = append(line, b[:n]...)
	}
	return strings.TrimSpace(string(line)), nil
}

// offerPlan ends with the next step, and takes it where somebody can say so.
func (d *draft) offerPlan(ctx context.Context) error {
	next := "plan"
	if d.terminal {
		answer, err := d.question("Show what apply would change here? [Y/n]")
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			d.print("Next: %s", d.command(next)) // what is written stays
			return err
		case err == nil && (answer == "" || strings.HasPrefix(strings.ToLower(answer), "y")):
			if err := d.showItsPlan(ctx); err != nil {
				return err
			}
			next = "apply"
		}
	}
	d.print("Next: %s", d.command(next))
	return nil
}

func (d *draft) showItsPlan(ctx context.Context) error {
	args := []string{program, "plan", "--spec", d.path}
	if d.noColor {
		args = append(args, "--no-color") // which the flags of this run would lose
	}
	return d.app().RunContext(ctx, args)
}
