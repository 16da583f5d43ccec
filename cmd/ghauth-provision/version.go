package main

import (
	"context"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// version is set by the linker for a release; else the build's own record of
// where it came from stands in.
var version string

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return builtAs(info)
	}
	return "devel"
}

// builtAs reads a build's own record.
func builtAs(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel"
}

func (w *world) versionVerb() *cli.Command {
	return w.command(verb{
		name: "version", usage: "print the version",
		about:    "Prints the version of this binary, as the User-Agent that GitHub sees has it.",
		examples: []string{program + " version"},
		do: func(context.Context, *cli.Context) error {
			w.print("%s %s", program, versionString())
			return nil
		},
	})
}
