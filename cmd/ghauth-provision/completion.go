package main

import (
	"context"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/urfave/cli/v2"
)

func (w *world) completionVerb() *cli.Command {
	return w.command(verb{
		name: "completion", usage: "print a shell's completion script", args: "bash|zsh|fish",
		about: `Prints a script with which the shell completes verbs, flags, names of apps and
files. Each script calls this program for the words, so that it never gets out of date.`,
		examples: []string{
			program + " completion bash >~/.local/share/bash-completion/completions/" + program,
			program + " completion zsh >~/.zfunc/_" + program + "     # with fpath+=(~/.zfunc) before compinit",
			program + " completion fish >~/.config/fish/completions/" + program + ".fish",
		},
		do: func(_ context.Context, c *cli.Context) error { return w.completion(c.Args().Slice()) },
	})
}

// The script for zsh is sourced, or lies in fpath, where compinit makes a function of
// the file that has to answer at once. The scripts ask for words with "completion words", which has the words of the
// command line behind it, the one that is being written last.
var completionScripts = map[string]string{
	"bash": `_ghauth_provision() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$(ghauth-provision completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _ghauth_provision ghauth-provision
`,
	"zsh": `#compdef ghauth-provision
_ghauth_provision() {
	local -a found
	found=(${(f)"$(ghauth-provision completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	if (( $#found )); then compadd -a found; else _files; fi
}
if [[ $funcstack[1] == _ghauth-provision ]]; then _ghauth_provision "$@"; else compdef _ghauth_provision ghauth-provision; fi
`,
	"fish": `complete -c ghauth-provision -a '(ghauth-provision completion words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
}

func (w *world) completion(args []string) error {
	if len(args) > 0 && args[0] == "words" {
		for _, word := range w.complete(args[1:]) {
			w.print("%s", word)
		}
		return nil
	}
	if len(args) != 1 || completionScripts[args[0]] == "" {
		return usage("completion takes the name of a shell", "one of bash, zsh, fish")
	}
	w.print("%s", strings.TrimSuffix(completionScripts[args[0]], "\n"))
	return nil
}

// complete gives the words that fit in the place of the last one. Where none are
// given the shell offers files.
func (w *world) complete(words []string) (fit []string) {
	if len(words) == 0 {
		words = []string{""}
	}
	current, before := words[len(words)-1], words[:len(words)-1]
	if slices.Contains(before, "--") {
		return nil // another program's
	}
	verbs := w.verbs()
	if len(before) > 0 && strings.HasPrefix(before[len(before)-1], "-") {
		name := strings.TrimLeft(before[len(before)-1], "-")
		if valueFlags(verbs)[name] {
			return starting(w.valuesOf(name), current)
		}
	}
	path, args := split(verbs, plainWords(verbs, before))
	var here *cli.Command
	for _, name := range path {
		here = verbs[slices.IndexFunc(verbs, func(c *cli.Command) bool { return c.HasName(name) })]
		verbs = here.Subcommands
	}
	if strings.HasPrefix(current, "-") {
		return starting(flagsOf(here), current)
	}
	for _, v := range verbs {
		fit = append(fit, v.Name)
	}
	if here != nil && len(args) == 0 {
		fit = append(fit, alternatives(here.ArgsUsage)...)
	}
	return starting(fit, current)
}

// valuesOf gives the values of a flag that can be listed.
func (w *world) valuesOf(flag string) []string {
	switch flag {
	case "output":
		return []string{"env", "json", "token"}
	case "app":
		dir, err := w.configDir("")
		if err != nil {
			return nil
		}
		apps, _ := refresh.Apps(dir)
		return mapTo(apps, func(a refresh.App) string { return a.Name })
	}
	return nil
}

// plainWords leaves out flags and their values.
func plainWords(verbs []*cli.Command, words []string) (plain []string) {
	takesValue := valueFlags(verbs)
	for i := 0; i < len(words); i++ {
		if !strings.HasPrefix(words[i], "-") {
			plain = append(plain, words[i])
		} else if takesValue[strings.TrimLeft(words[i], "-")] {
			i++
		}
	}
	return plain
}

func flagsOf(c *cli.Command) (flags []string) {
	if c == nil {
		return []string{"--help", "--version"}
	}
	for _, f := range c.Flags {
		flags = append(flags, "--"+f.Names()[0])
	}
	return append(flags, "--help")
}

// alternatives gives the words of an argument such as bash|zsh|fish.
func alternatives(usage string) []string {
	first, _, _ := strings.Cut(usage, " ")
	if !strings.Contains(first, "|") {
		return nil
	}
	return strings.Split(first, "|")
}

func starting(words []string, prefix string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return !strings.HasPrefix(word, prefix) })
}
