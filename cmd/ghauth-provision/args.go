package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange puts a command line in the one order that the flag parser reads:
// verbs, flags, arguments. So flags work wherever they stand, before the verb
// and after its arguments, until "--".
func arrange(verbs []*cli.Command, args []string) ([]string, error) {
	values := valueFlags(verbs)
	var flags, words, rest []string
	help := false
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = args[i+1:]
			break
		}
		switch {
		case arg == "--version":
			arg = "version"
		case arg == "help" && len(words) == 0:
			arg = "--help"
		}
		if len(arg) < 2 || arg[0] != '-' {
			words = append(words, arg)
			continue
		}
		flags = append(flags, arg)
		name := strings.TrimLeft(arg, "-")
		help = help || name == "help" || name == "h"
		if values[name] != "" && i+1 < len(args) {
			i++
			flags = append(flags, args[i])
		}
	}
	path, words := split(verbs, words)
	if len(path) == 0 && len(words) == 0 && len(flags) > 0 && !slices.Contains([]string{"-h", "--help"}, flags[0]) {
		return nil, usage("no verb beside "+flags[0], "see "+program+" --help")
	}
	if len(path) == 0 && len(words) > 0 {
		return nil, unknownVerb(verbs, words[0])
	}
	if help {
		if here := at(verbs, path); here != nil && here.ArgsUsage == "" && len(words) > 0 {
			return nil, stray(here.Name, program+" "+strings.Join(path, " "), here.Subcommands, words[0])
		}
		words, rest = nil, nil // the flag parser would look for a help about them
	}
	out := slices.Concat(path, flags)
	if len(words)+len(rest) > 0 {
		out = append(out, "--")
	}
	return slices.Concat(out, words, rest), nil
}

// split takes the verbs off the head of words.
func split(verbs []*cli.Command, words []string) (path, args []string) {
	for len(words) > 0 {
		i := slices.IndexFunc(verbs, func(c *cli.Command) bool { return c.HasName(words[0]) })
		if i < 0 {
			break
		}
		path, words, verbs = append(path, words[0]), words[1:], verbs[i].Subcommands
	}
	return path, words
}

// at gives the verb at the end of a path that split has found, nil for an empty one.
func at(verbs []*cli.Command, path []string) (here *cli.Command) {
	for _, name := range path {
		here = verbs[slices.IndexFunc(verbs, func(c *cli.Command) bool { return c.HasName(name) })]
		verbs = here.Subcommands
	}
	return here
}

// valueFlags names the flags that take a value, each with what the help calls that. A
// flag means the same for every verb that has it.
func valueFlags(verbs []*cli.Command) map[string]string {
	found := map[string]string{}
	for _, v := range verbs {
		for _, f := range v.Flags {
			if d, ok := f.(cli.DocGenerationFlag); ok && d.TakesValue() {
				_, rest, _ := strings.Cut(d.GetUsage(), "`")
				value, _, _ := strings.Cut(rest, "`")
				for _, name := range f.Names() {
					found[name] = cmp.Or(value, "VALUE")
				}
			}
		}
		maps.Copy(found, valueFlags(v.Subcommands))
	}
	return found
}
