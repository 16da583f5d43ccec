package main

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

func versionString() string { return thisBuild().Version }

// A build is what is known of how a binary came to be.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`   // empty: made outside of a clone
	Date     string `json:"date,omitempty"`     // the commit's, in RFC 3339
	Modified bool   `json:"modified,omitempty"` // from files that are not in the commit, too
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// thisBuild tells of the binary that runs.
func thisBuild() build {
	b := build{Version: "devel"}
	if info, ok := debug.ReadBuildInfo(); ok {
		b = buildOf(info)
	}
	b.Go, b.Platform = runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH
	return b
}

// buildOf reads a build's own record (debug.BuildSetting names its keys).
func buildOf(info *debug.BuildInfo) build {
	b := build{Version: builtAs(info)}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// builtAs reads the version off a build's own record.
func builtAs(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel"
}

func (w *world) versionVerb() *cli.Command {
	return w.command(verb{
		name: "version", usage: "print the version",
		about: `Prints the version of this binary, as the User-Agent that GitHub sees has it, the
commit that it was built from, the commit's date, the Go that built it, and what it
runs on. A commit is known of what was built in a clone.`,
		examples: []string{
			program + " version",
			program + " version --json",
		},
		flags: []cli.Flag{jsonFlag()},
		do: func(_ context.Context, c *cli.Context) error {
			if c.Bool("json") {
				return w.printJSON(thisBuild())
			}
			w.showBuild(thisBuild())
			return nil
		},
	})
}

func (w *world) showBuild(b build) {
	w.print("%s %s", program, b.Version)
	if b.Commit != "" {
		changed := ""
		if b.Modified {
			changed = ", with changes that are not in it"
		}
		w.print("commit   %s%s", b.Commit, changed)
		w.print("date     %s", b.Date)
	}
	w.print("go       %s", b.Go)
	w.print("platform %s", b.Platform)
}
