package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

func TestArrange(t *testing.T) {
	verbs := (&world{}).verbs()
	for _, tt := range []struct{ in, want string }{
		{"plan", "plan"},
		{"plan diff -f x", "plan diff -f x"},
		{"-f x plan diff", "plan diff -f x"},
		{"plan -f x diff", "plan diff -f x"},
		{"plan --spec=x diff --no-color", "plan diff --spec=x --no-color"},
		{"mint --force --app a", "mint --force --app a"},
		{"plugin status --no-color a", "plugin --no-color -- status a"},
		{"plugin status -- --force", "plugin -- status --force"},
		{"plugin -", "plugin -- -"},
		{"--help", "--help"},
		{"plan --help", "plan --help"},
		{"plugin status --help", "plugin --help"},
		{"plugin -h status app -- x", "plugin -h"},
		{"help plugin status", "plugin --help"},
		{"plugin wheel . --help", "plugin wheel --help"},
		{"plugin status -- --help", "plugin -- status --help"},
		{"mint --app help", "mint --app help"},
		{"--version", "version"},
		{"mint --app", "mint --app"},
		{"", ""},
	} {
		got, err := arrange(verbs, strings.Fields(tt.in))
		if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("arrange(%s) = %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{"aply", "-f x", "diff plan", "plan dif --help", "help plan dif", "mint -h now", "plan diff x --help"} {
		if got, err := arrange(verbs, strings.Fields(in)); statusOf(err) != exitUsage {
			t.Errorf("arrange(%s) = %s, %v, want a usage error", in, got, err)
		}
	}
}

// each calls f for every verb, with the words that lead there.
func each(verbs []*cli.Command, path []string, f func(path []string, v *cli.Command)) {
	for _, v := range verbs {
		here := append(slices.Clone(path), v.Name)
		f(here, v)
		each(v.Subcommands, here, f)
	}
}

// TestFlagsMeanOneThing: arrange takes a flag for the same whatever the verb.
func TestFlagsMeanOneThing(t *testing.T) {
	kinds := map[string]string{}
	each((&world{}).verbs(), nil, func(path []string, v *cli.Command) {
		for _, f := range v.Flags {
			for _, name := range f.Names() {
				kind := fmt.Sprintf("%T", f)
				if have := kinds[name]; have != "" && have != kind {
					t.Errorf("%v: --%s is a %s, elsewhere a %s", path, name, kind, have)
				}
				kinds[name] = kind
			}
		}
	})
}

// TestHelp: every verb has a help with examples, and each example is a command
// line that the program takes.
func TestHelp(t *testing.T) {
	each((&world{}).verbs(), nil, func(path []string, v *cli.Command) {
		var out bytes.Buffer
		args := append(slices.Clone(path), "--help")
		if status := run(t.Context(), world{stdout: &out, stderr: &out}, args); status != exitOK {
			t.Errorf("%v: status %d", args, status)
		}
		_, examples, ok := strings.Cut(out.String(), "\nExamples:\n")
		examples, _, _ = strings.Cut(examples, "\n\n")
		if !ok || !strings.Contains(examples, program+" "+strings.Join(path, " ")) {
			t.Errorf("%v: the help has no example of it:\n%s", path, &out)
		}
		for line := range strings.Lines(examples) {
			for _, command := range commandsOf(line) {
				if err := parses(command); err != nil {
					t.Errorf("%v: %s: %v", path, command, err)
				}
			}
		}
	})
}

// commandsOf finds the calls of the program in a line of shell.
func commandsOf(line string) (commands []string) {
	line, _, _ = strings.Cut(line, " #")
	for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("|&;<>", r) }) {
		if _, args, ok := strings.Cut(strings.TrimSpace(part), program+" "); ok {
			commands = append(commands, args)
		}
	}
	return commands
}

// parses carries a command line out up to the verb's own work.
func parses(command string) error {
	w := &world{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	app := w.app()
	reached := errors.New("reached")
	each(app.Commands, nil, func(_ []string, v *cli.Command) {
		check := v.Action
		v.Action = func(c *cli.Context) error {
			if v.ArgsUsage == "" && c.Args().Present() {
				return check(c)
			}
			return reached
		}
	})
	args, err := arrange(app.Commands, strings.Fields(command))
	if err == nil {
		err = app.RunContext(context.Background(), append([]string{program}, args...))
	}
	if err == reached {
		return nil
	}
	return fmt.Errorf("not taken: %v", err)
}

func TestStatusOf(t *testing.T) {
	failed := func(status int) error { return &failure{status: status} }
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{errTold(2), 2},
		{&mint.Error{Kind: mint.Denied}, 77},
		{&mint.Error{Kind: mint.Temporary}, 75},
		{fmt.Errorf("app: %w", &mint.Error{Kind: mint.InvalidKey}), 65},
		{&mint.Error{Kind: mint.BadSetup}, 78},
		{&refresh.GHError{}, 72},
		{&refresh.BusyError{}, 75},
		{&refresh.WriteError{}, 73},
		// Of several the worst counts: 77, 78, 65, 73, 1, 72, 75.
		{errors.Join(failed(75), failed(72)), 72},
		{errors.Join(failed(72), failed(69)), 69},
		{errors.Join(failed(72), failed(1)), 1},
		{errors.Join(failed(1), failed(73)), 73},
		{errors.Join(failed(73), failed(65)), 65},
		{errors.Join(failed(65), failed(78)), 78},
		{errors.Join(failed(78), failed(77)), 77},
		{errors.Join(errors.Join(failed(75)), failed(72)), 72},
	} {
		if got := statusOf(tt.err); got != tt.want {
			t.Errorf("statusOf(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}
