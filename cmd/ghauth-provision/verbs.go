package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// A verb is one entry of the command line.
type verb struct {
	name, usage string
	args        string // after the flags, for the help; empty: takes none
	about       string
	examples    []string
	flags       []cli.Flag
	do          func(context.Context, *cli.Context) error
	verbs       []*cli.Command
}

// verbs lists everything that the program does.
func (w *world) verbs() []*cli.Command {
	return []*cli.Command{
		w.initVerb(), w.validateVerb(), w.fmtVerb(), w.planVerb(), w.applyVerb(), w.destroyVerb(), w.statusVerb(), w.doctorVerb(),
		w.mintVerb(), w.execVerb(), w.revokeVerb(), w.lockdownVerb(), w.resumeVerb(), w.gitCredentialVerb(), w.brokerVerb(), w.pluginVerb(), w.completionVerb(), w.manVerb(), w.versionVerb(),
	}
}

// command makes the verb part of the command line: with the flags that all have,
// a refusal of stray arguments, and a help that ends in examples.
func (w *world) command(v verb) *cli.Command {
	about := strings.TrimSpace(v.about)
	return &cli.Command{
		Name:            v.name,
		Usage:           v.usage,
		ArgsUsage:       v.args,
		Description:     about + "\n\nExamples:\n  " + strings.Join(v.examples, "\n  "),
		Flags:           append(v.flags, w.commonFlags()...),
		Subcommands:     v.verbs,
		HideHelpCommand: true,
		OnUsageError:    badFlag,
		Action: func(c *cli.Context) error {
			if v.args == "" && c.Args().Present() {
				return stray(v.name, c.Command.HelpName, v.verbs, c.Args().First())
			}
			return v.do(c.Context, c)
		},
		CustomHelpTemplate: verbHelp,
	}
}

// stray refuses a word behind the verb name, which takes none but those of verbs.
func stray(name, helpName string, verbs []*cli.Command, word string) error {
	hint := "see " + helpName + " --help"
	if s := suggestion(verbs, word); s != "" {
		hint = "did you mean " + name + " " + s + "? " + hint
	}
	return usage(fmt.Sprintf("%s does not take %q", name, word), hint)
}

func (w *world) commonFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "no-color", Usage: "print no colour; so does the environment variable NO_COLOR", Destination: &w.noColor},
		&cli.BoolFlag{Name: "verbose", Usage: "tell more on standard error", Destination: &w.verbose},
	}
}

// specFlags are those of the verbs that read the spec, and more.
func specFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "spec", Aliases: []string{"f"}, Usage: "read the spec from `FILE` (default: ghauth.hcl here, else in ~/.config/takopi)"},
		&cli.StringSliceFlag{Name: "var", Usage: "give the spec's variable NAME a value: `NAME=VALUE`; may come several times"},
	}, more...)
}

func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "print JSON"} }

const smallestSpec = `  app "takopi" {
    app_id          = 123456
    installation_id = 987654
    private_key     = "~/keys/takopi.pem"
  }
`

const appHelp = `{{.Name}}: {{.Usage}}

Usage: {{.UsageText}}

Verbs:{{range .VisibleCommands}}
  {{printf "%-14s" .Name}} {{.Usage}}{{end}}

Start with a spec such as this in ghauth.hcl, then run: {{.Name}} apply

` + smallestSpec + `
Each verb has examples: {{.Name}} VERB --help
`

const verbHelp = `{{.HelpName}}: {{.Usage}}

Usage: {{.HelpName}} [options]{{if .ArgsUsage}} {{.ArgsUsage}}{{end}}

{{.Description}}
{{if .VisibleCommands}}
Verbs:{{range .VisibleCommands}}
  {{printf "%-14s" .Name}} {{.Usage}}{{end}}
{{end}}
Options:{{range .VisibleFlags}}
  {{.}}{{end}}
`
