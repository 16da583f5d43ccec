package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

var inlineCode = regexp.MustCompile("`(ghauth-provision [^`]+)`")

// TestReadme holds the README to the program: what it tells one to run is taken,
// and no verb or exit status is missing.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	var commands []string
	for _, m := range inlineCode.FindAllStringSubmatch(text, -1) {
		commands = append(commands, commandsOf(m[1])...)
	}
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "$ "); ok {
			commands = append(commands, commandsOf(rest[strings.Index(rest, program):])...)
		}
	}
	if len(commands) < 5 {
		t.Errorf("only %d commands were found: %q", len(commands), commands)
	}
	for _, c := range commands {
		if err := parses(c); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	each((&world{}).verbs(), nil, func(path []string, _ *cli.Command) {
		if !strings.Contains(text, "`"+strings.Join(path, " ")) {
			t.Errorf("the README does not have %v", path)
		}
	})
	for _, s := range statuses {
		if row := fmt.Sprintf("\n| %d | %s |\n", s.status, s.meaning); !strings.Contains(text, row) {
			t.Errorf("the README does not have %q", row)
		}
	}
	if got, want := len(statuses), len(worstFirst)+len([]int{exitOK, exitDiffers, exitUnformatted}); got != want {
		t.Errorf("%d exit statuses are explained, want %d", got, want)
	}
}
