package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/man"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/urfave/cli/v2"
)

func (w *world) manVerb() *cli.Command {
	return w.command(verb{
		name: "man", usage: "print a manual page", args: "1|5",
		about: `Prints the manual page of the verbs, ghauth-provision(1), or that of the spec,
ghauth-provision.hcl(5). Packages have both installed.`,
		examples: []string{
			program + " man 1 | man -l -",
			program + " man 5 >~/.local/share/man/man5/" + program + ".hcl.5",
		},
		do: func(_ context.Context, c *cli.Context) error {
			var page string
			switch b := thisBuild(); strings.Join(c.Args().Slice(), " ") {
			case "1":
				page = w.verbsManual(b)
			case "5":
				page = specManual(b)
			default:
				return usage("man takes the number of a section", "1 for the verbs, 5 for the spec")
			}
			w.print("%s", strings.TrimSuffix(page, "\n"))
			return nil
		},
	})
}

// manual starts a page with what both have.
func manual(b build, name, usage string, section int) *man.Page {
	day, _, _ := strings.Cut(b.Date, "T")
	p := man.New(name, section, day, program+" "+b.Version)
	p.Section("NAME")
	p.Text(name + " - " + usage)
	return p
}

// verbsManual makes the page of the verbs from what their --help is made from.
func (w *world) verbsManual(b build) string {
	app := w.app()
	p := manual(b, program, app.Usage, 1)
	p.Section("SYNOPSIS")
	p.Text("`" + program + "` " + strings.TrimPrefix(app.UsageText, program+" "))
	p.Section("DESCRIPTION")
	p.Text("Sets up a host so that gh, git and coding agents always have a fresh token of a GitHub App, and mints those tokens. " +
		"It starts with a spec such as this in ghauth.hcl, and `" + program + " apply`:")
	p.Example(smallestSpec)
	p.Text("ghauth-provision.hcl(5) tells what else a spec may have. Results go to standard output, everything else to standard error.")
	p.Section("OPTIONS")
	p.Text("Every verb takes these. Options may stand before and after a verb, and before and after its arguments, until `--`.")
	common := append(w.commonFlags(), cli.HelpFlag)
	for _, f := range common {
		option(p, f)
	}
	p.Section("VERBS")
	for _, v := range app.Commands {
		describeVerb(p, v.Name, v, len(w.commonFlags()))
	}
	p.Section("EXIT STATUS")
	for _, s := range statuses {
		p.Item("`"+strconv.Itoa(s.status)+"`", s.meaning)
	}
	p.Section("FILES")
	for _, f := range files {
		p.Item("`"+f.path+"`", f.what)
	}
	p.Section("SEE ALSO")
	p.Text("ghauth-provision.hcl(5), gh(1), gitcredentials(7), systemd.timer(5), systemd-creds(1)")
	return p.String()
}

// describeVerb writes of a verb, whose last flags are common to all, and of those
// below it.
func describeVerb(p *man.Page, name string, v *cli.Command, common int) {
	about, examples, _ := strings.Cut(v.Description, "\n\nExamples:\n")
	p.Sub(strings.TrimSpace(name + " [options] " + v.ArgsUsage))
	p.Text(sentence(v.Usage))
	// A line of help that ends with a sentence ends a paragraph here.
	p.Text(strings.ReplaceAll(about, ".\n", ".\n\n"))
	for _, f := range v.Flags[:len(v.Flags)-common] {
		option(p, f)
	}
	p.Text("For example:")
	p.Example(strings.ReplaceAll("\n"+examples, "\n  ", "\n"))
	for _, sub := range v.Subcommands {
		describeVerb(p, name+" "+sub.Name, sub, common)
	}
}

// option tells of a flag as --help does.
func option(p *man.Page, f cli.Flag) {
	term, text, _ := strings.Cut(f.String(), "\t")
	term, _, _ = strings.Cut(term, " [ ") // a second time, of one that may come several times
	p.Item(term, strings.TrimSuffix(text, " (default: false)"))
}

// sentence makes a verb's short usage one.
func sentence(usage string) string { return strings.ToUpper(usage[:1]) + usage[1:] + "." }

// specManual makes the page of the spec from what its parser goes by.
func specManual(b build) string {
	p := manual(b, program+".hcl", "what a host should have of GitHub Apps", 5)
	spec.Manual(p)
	p.Section("FILES")
	p.Item("`ghauth.hcl`", "The spec, in the current directory.")
	p.Item("`~/.config/takopi/ghauth.hcl`", "The spec, where the current directory has none and --spec names none.")
	p.Section("EXAMPLES")
	p.Text("The smallest spec:")
	p.Example(smallestSpec)
	p.Section("SEE ALSO")
	p.Text("ghauth-provision(1)")
	return p.String()
}

// files are those that one comes across.
var files = []struct{ path, what string }{
	{"ghauth.hcl", "The spec; else ~/.config/takopi/ghauth.hcl. See ghauth-provision.hcl(5)."},
	{"~/.config/takopi/github-app.pem", "The key of the first app, unless it is elsewhere."},
	{"~/.config/takopi/github-app.env", "What mint needs to know of the first app. That of an app NAME has -NAME in its name, and so have the others."},
	{"~/.config/takopi/github-token.env", "The token, for EnvironmentFile= and for the shell."},
	{"~/.local/bin/takopi-refresh-github-token", "Makes a new token now."},
	{"~/.config/systemd/user/takopi-github-token-refresh.timer", "The timer that keeps tokens fresh, with the service of the same name."},
	{"/etc/ghauth-provision", "The keys and the policy of a broker."},
}
