package main

import (
	"context"
	"fmt"
	"io"
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

// answers collects the app's attributes, and names those that an example stands in
// for.
func (w *world) answers(c *cli.Context, values map[string]string) (open []string, err error) {
	for _, q := range questions {
		answer := c.String(q.flag)
		if other := c.String(q.insteadFlag); other != "" {
			if answer != "" {
				return nil, usage("--"+q.flag+" and --"+q.insteadFlag+" say the same in two ways", "give one of them")
			}
			values[q.instead] = spec.Quote(other)
			continue
		}
		if answer == "" && w.terminal {
			if answer, err = w.question(q.text); err != nil {
				return nil, err
			}
		}
		if answer == "" {
			open = append(open, q.attr)
			answer = q.stand
		}
		if _, err := strconv.ParseUint(answer, 10, 53); q.number && err != nil {
			return nil, usage(fmt.Sprintf("%s is not a number: %q", q.attr, answer), "it stands on the App's or the installation's settings page")
		}
		if !q.number {
			answer = spec.Quote(answer)
		}
		values[q.attr] = answer
	}
	return open, nil
}

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 4096

// question puts a question on the terminal, and gives the line that answers it. The end of
// the input is an empty answer. No byte behind the line is taken: it is of the next.
func (w *world) question(text string) (string, error) {
	fmt.Fprintf(w.stderr, "%s: ", text)
	var line []byte
	for b := make([]byte, 1); len(line) < maxAnswer; {
		n, err := w.stdin.Read(b)
		if err != nil && err != io.EOF {
			return "", err
		}
		if n == 0 || b[0] == '\n' {
			break
		}
		line = append(line, b[0])
	}
	return strings.TrimSpace(string(line)), nil
}

// offerPlan ends with the next step, and takes it where somebody can say so.
func (d *draft) offerPlan(ctx context.Context) error {
	if d.terminal {
		answer, err := d.question("Show what apply would change here? [Y/n]")
		if err != nil || answer != "" && !strings.HasPrefix(strings.ToLower(answer), "y") {
			d.print("Next: %s", d.command("plan"))
			return err
		}
		args := []string{program, "plan", "--spec", d.path}
		if d.noColor {
			args = append(args, "--no-color") // which the flags of this run would lose
		}
		if err := d.app().RunContext(ctx, args); err != nil {
			return err
		}
		d.print("Next: %s", d.command("apply"))
		return nil
	}
	d.print("Next: %s", d.command("plan"))
	return nil
}
