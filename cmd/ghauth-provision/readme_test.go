package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

var (
	inlineCode = regexp.MustCompile("`([^`\n]+)`")
	blocks     = regexp.MustCompile("(?ms)^```.*?^```$")
)

// TestInlineCommands: what the text of a page has one run is taken, and a verb that it
// names with flags, such as `mint --force`, has these.
func TestInlineCommands(t *testing.T) {
	flags := flagsOfVerbs()
	whole, parts := 0, 0
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*/*.md"} {
		pages, err := filepath.Glob("../../" + pattern)
		if err != nil || len(pages) == 0 {
			t.Fatalf("no pages: %s, %v", pattern, err)
		}
		for _, page := range pages {
			data, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range inlineCode.FindAllStringSubmatch(blocks.ReplaceAllString(string(data), ""), -1) {
				if strings.HasPrefix(m[1], program+" ") {
					for _, c := range commandsOf(m[1]) {
						whole++
						if err := parses(c); err != nil {
							t.Errorf("%s: %s: %v", page, m[1], err)
						}
					}
					continue
				}
				words := strings.Fields(m[1])
				known, isVerb := flags[words[0]]
				for _, word := range words[1:] {
					if name, _, _ := strings.Cut(word, "="); isVerb && strings.HasPrefix(word, "--") && word != "--" {
						parts++
						if !known[name] {
							t.Errorf("%s: `%s`: %s has no %s", page, m[1], words[0], name)
						}
					}
				}
			}
		}
	}
	if whole < 5 || parts < 10 {
		t.Errorf("only %d commands and %d flags were found", whole, parts)
	}
}

// flagsOfVerbs gives the flags of each verb, with those of the verbs below it.
func flagsOfVerbs() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	each((&world{}).verbs(), nil, func(path []string, v *cli.Command) {
		if all[path[0]] == nil {
			all[path[0]] = map[string]bool{}
		}
		for _, f := range v.Flags {
			for _, name := range f.Names() {
				all[path[0]]["--"+name] = true
			}
		}
	})
	return all
}

// TestReadme holds the README to the program: no verb or exit status is missing.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
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
