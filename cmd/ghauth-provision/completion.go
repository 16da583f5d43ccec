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
// the file that has to answer at once. The scripts ask for words with "completion words",
// which has the words of the command line behind it, the one that is being written last.
// They ask the very program whose command line it is, and offer files where it fails.
// To bash the = behind a flag is a word.
var completionScripts = map[string]string{
	"bash": `_ghauth_provision() {
	local IFS=$'\n' words
	if words=$("${COMP_WORDS[0]/#\~/$HOME}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); then
		COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]#=}"))
	else
		COMPREPLY=()
		compopt -o bashdefault -o default
	fi
}
complete -F _ghauth_provision ghauth-provision
`,
	"zsh": `#compdef ghauth-provision
_ghauth_provision() {
	local out
	local -a found
	if out=$(${~words[1]} completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null); then
		found=(${(f)out})
		compadd -a found
	else
		compset -P '--*='
		_files
	fi
}
if [[ $funcstack[1] == _ghauth-provision ]]; then _ghauth_provision "$@"; else compdef _ghauth_provision ghauth-provision; fi
`,
	"fish": `function __ghauth_provision
	set -l before (commandline -opc)
	set -l word (commandline -ct)
	set -l program (string replace -r '^~/' "$HOME/" -- $before[1])
	if set -l found ($program completion words -- $before[2..-1] "$word" 2>/dev/null)
		for one in $found
			echo $one
		end
	else
		set -l flag (string match -r -- '^--[a-z-]+=' "$word")
		for path in (__fish_complete_path (string replace -- "$flag" '' "$word"))
			echo "$flag$path"
		end
	end
end
complete -c ghauth-provision -f -a '(__ghauth_provision)'
`,
}

func (w *world) completion(args []string) error {
	if len(args) > 0 && args[0] == "words" {
		words, files := w.complete(args[1:])
		for _, word := range words {
			w.print("%s", word)
		}
		if files {
			return errTold(exitFailed)
		}
		return nil
	}
	if len(args) != 1 || completionScripts[args[0]] == "" {
		return usage("completion takes the name of a shell", "one of bash, zsh, fish")
	}
	w.print("%s", strings.TrimSuffix(completionScripts[args[0]], "\n"))
	return nil
}

// complete gives the words that fit in the place of the last one, or says that files do.
func (w *world) complete(words []string) (fit []string, files bool) {
	if len(words) == 0 {
		words = []string{""}
	}
	current, before := words[len(words)-1], words[:len(words)-1]
	if slices.Contains(before, "--") {
		return nil, true // another program's
	}
	verbs := w.verbs()
	flag, begun, prefix := flagBefore(before, current)
	if value := valueFlags(verbs)[flag]; value != "" {
		fit = starting(w.valuesOf(flag, value, before), begun)
		return mapTo(fit, func(v string) string { return prefix + v }), isFile(value)
	}
	path, args := split(verbs, plainWords(verbs, before))
	here := at(verbs, path)
	if strings.HasPrefix(current, "-") {
		return starting(flagsOf(here), current), false
	}
	if here != nil {
		verbs = here.Subcommands
		fit, files = w.argumentsOf(here.ArgsUsage, len(args), before)
	}
	if len(args) == 0 {
		fit = append(mapTo(verbs, func(c *cli.Command) string { return c.Name }), fit...)
	}
	return starting(fit, current), files
}

// flagBefore gives the flag whose value is being written, what there is of that, and what
// stands before it in the same word. They are two words, or one with a =, or, as bash
// has it, three.
func flagBefore(before []string, current string) (flag, begun, prefix string) {
	if name, value, joined := strings.Cut(current, "="); joined && strings.HasPrefix(name, "-") {
		return strings.TrimLeft(name, "-"), value, name + "="
	}
	if current == "=" {
		current = ""
	} else if n := len(before); n > 0 && before[n-1] == "=" {
		before = before[:n-1]
	}
	if n := len(before); n > 0 && strings.HasPrefix(before[n-1], "-") {
		return strings.TrimLeft(before[n-1], "-"), current, ""
	}
	return "", "", ""
}

// valuesOf gives those that a flag can have whose help calls them value, if they can be
// listed.
func (w *world) valuesOf(flag, value string, before []string) []string {
	switch {
	case flag == "app":
		return w.appNames(before)
	case strings.Contains(value, "|"):
		return strings.Split(value, "|")
	}
	return nil
}

// appNames gives the apps that are provisioned, where the words before say.
func (w *world) appNames(before []string) []string {
	named := ""
	for i, word := range before {
		if word == "--config-dir" && i+1 < len(before) {
			named, _ = w.fullPath(before[i+1])
		} else if dir, ok := strings.CutPrefix(word, "--config-dir="); ok {
			named, _ = w.fullPath(dir)
		}
	}
	dir, err := w.configDir(named)
	if err != nil {
		return nil
	}
	apps, _ := refresh.Apps(dir)
	return mapTo(apps, func(a refresh.App) string { return a.Name })
}

// argumentsOf gives what an argument may be, the n-th of a verb whose help calls them so,
// as in get|store or [APP]; or says that it is a file.
func (w *world) argumentsOf(usage string, n int, before []string) (fit []string, files bool) {
	places := strings.Fields(usage)
	if n >= len(places) {
		return nil, false
	}
	switch place := strings.Trim(places[n], "[]"); {
	case place == "--" || strings.Contains(place, "|"):
		return strings.Split(place, "|"), false
	case place == "APP":
		return w.appNames(before), false
	default:
		return nil, isFile(place)
	}
}

// isFile reports whether what the help calls so is one.
func isFile(value string) bool {
	return slices.ContainsFunc([]string{"FILE", "DIR", "PATH"}, func(kind string) bool { return strings.HasSuffix(value, kind) })
}

// plainWords leaves out flags and their values, and the help that stands before a verb.
func plainWords(verbs []*cli.Command, words []string) (plain []string) {
	values := valueFlags(verbs)
	for i := 0; i < len(words); i++ {
		if !strings.HasPrefix(words[i], "-") {
			plain = append(plain, words[i])
		} else if values[strings.TrimLeft(words[i], "-")] != "" {
			i++
			if i+1 < len(words) && words[i] == "=" {
				i++
			}
		}
	}
	if len(plain) > 0 && plain[0] == "help" {
		plain = plain[1:]
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

func starting(words []string, prefix string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return !strings.HasPrefix(word, prefix) })
}
