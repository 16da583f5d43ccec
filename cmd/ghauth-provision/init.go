package main

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/urfave/cli/v2"
)

func (w *world) initVerb() *cli.Command {
	return w.command(verb{
		name: "init", usage: "write a spec to start from, and register an App", args: "[FILE]",
		about: `Writes a spec with every option and its default in comments, to FILE or ghauth.hcl.
On a terminal it asks for what no flag gives, and has GitHub check each answer: that
the key fits, where the App is installed, what it may do there. Elsewhere examples stand
in, to be filled in. A file that is there is never replaced.
With --adopt it writes the spec for a host that was set up by hand: from github-app.env,
every github-app-NAME.env, their keys and [plugins.ghauth], with all turned off that
would make the plan larger.
With --create-app it registers the App as well, in your browser: it prints the address
of a page on this machine, which shows what will be registered and leads to GitHub. The
key then comes from GitHub into its file, and lies nowhere else. It waits until you have
installed the App.`,
		examples: []string{
			program + " init",
			program + " init --app-id 123456 --installation-id 987654 --private-key ~/keys/takopi.pem",
			program + " init --client-id Iv23liAbCdEf01234567 --installation octo-org --private-key key.pem",
			program + " init --name backend hosts/build.hcl",
			program + " init --adopt",
			program + " init --create-app",
			program + " init --create-app --org octo-org --permission contents=write --permission metadata=read",
			program + " init --create-app --github-host ghe.example.com --ca-file ca.pem --port 8765",
		},
		flags: append([]cli.Flag{
			&cli.StringFlag{Name: "name", Usage: "call the app `NAME`", Value: "takopi"},
			&cli.StringFlag{Name: "app-id", Usage: "the App's `ID`"},
			&cli.StringFlag{Name: "client-id", Usage: "the App's client `ID`, in place of --app-id"},
			&cli.StringFlag{Name: "installation-id", Usage: "the installation's `ID`"},
			&cli.StringFlag{Name: "installation", Usage: "the installation of `OWNER` or OWNER/REPO, in place of --installation-id; an ID is one here, too"},
			&cli.StringFlag{Name: "private-key", Usage: "the .pem `FILE`; with --create-app, where to write it (default: in ~/.config/takopi)"},
			&cli.StringFlag{Name: "github-host", Usage: "the `HOST` of your GitHub", Value: "github.com"},
			&cli.StringFlag{Name: "ca-file", Usage: "trust the certificate authorities in `FILE`, too"},
			&cli.BoolFlag{Name: "adopt", Usage: "write the spec for what was set up here by hand"},
			configDirFlag(),
		}, createFlags()...),
		do: func(ctx context.Context, c *cli.Context) error { return w.initSpec(ctx, c) },
	})
}

func (w *world) initSpec(ctx context.Context, c *cli.Context) error {
	path := specName
	if c.Args().Len() > 1 {
		return usage("init writes one file", "see "+program+" init --help")
	}
	if c.Args().Present() {
		path = c.Args().First()
	}
	if err := mayBegin(path); err != nil {
		return err
	}
	d := &draft{world: w, path: path, name: c.String("name"), values: spec.Values{"app": {}, "github": {}}}
	if host := c.String("github-host"); host != "github.com" {
		d.values["github"]["host"] = spec.Quote(host)
	}
	if file := c.String("ca-file"); file != "" {
		d.values["github"]["ca_file"] = spec.Quote(file)
	}
	if c.Bool("create-app") {
		return w.createApp(ctx, c, d)
	}
	if err := onlyWithCreate(c); err != nil {
		return err
	}
	if c.Bool("adopt") {
		return w.adopt(ctx, c, d)
	}
	if err := d.takeFlags(c); err != nil {
		return err
	}
	if _, _, _, err := d.parse(); err != nil { // before anything is asked: no answer mends a flag
		return err
	}
	if w.terminal {
		if err := d.interview(ctx); err != nil {
			return err
		}
	}
	if err := d.write(); err != nil {
		return err
	}
	if open := d.open(); len(open) > 0 {
		names := mapTo(open, func(r required) string { return r.attr })
		w.print("Fill in %s, and then run: %s", strings.Join(names, ", "), d.command("plan"))
		return nil
	}
	return d.offerPlan(ctx)
}

// mayBegin looks whether a spec can be written to path, before anything is asked for it.
func mayBegin(path string) error {
	info, err := os.Lstat(path)
	switch {
	case strings.HasSuffix(path, "/"), err == nil && info.IsDir():
		return usage(path+" is a directory", "name a file in it: "+program+" init "+shellWord(filepath.Join(path, specName)))
	case err == nil:
		return usage(path+" is there already", "edit it, or name another file: "+program+" init FILE")
	}
	return mayWrite(filepath.Dir(path), path)
}

// A draft is a spec that is to be written.
type draft struct {
	*world
	path, name string
	values     spec.Values
	further    []*draft // of the apps behind the first, of whose values the app's alone count
}

// parse reads the draft as a spec, with examples for what is open: what was answered may
// be none.
func (d *draft) parse() (s *spec.Spec, full string, text []byte, err error) {
	values := maps.Clone(d.values)
	values["app"] = maps.Clone(d.values["app"])
	for _, r := range d.open() {
		values["app"][r.attr] = r.stand
	}
	text = spec.Starter(d.name, values)
	for _, f := range d.further {
		text = append(text, spec.Further(f.name, f.values["app"])...)
	}
	home, err := d.namedHome()
	if err != nil {
		return nil, "", nil, err
	}
	if full, err = filepath.Abs(d.path); err != nil {
		return nil, "", nil, err
	}
	s, err = spec.Parse(full, text, spec.Inputs{Home: home})
	return s, full, text, err
}

func (d *draft) write() error {
	_, full, text, err := d.parse()
	if err != nil {
		return err
	}
	if err := writeNamed(d.path, full, text, 0o644); err != nil {
		return err
	}
	d.print("Wrote %s.", d.path)
	return nil
}

// command gives the command line of a verb for the spec. A program that was just built is
// in no directory of PATH, and called by its path.
func (d *draft) command(verb string) string {
	line := program + " " + verb
	if exe, err := os.Executable(); err == nil && !d.onPath() {
		line = shellWord(exe) + " " + verb
	}
	if d.path == specName {
		return line
	}
	return line + " -f " + shellWord(d.path)
}

// onPath reports whether the shell finds the program by its name.
func (w *world) onPath() bool {
	_, err := exec.LookPath(program)
	return err == nil
}
