package repo_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// named finds what a page names of this repository.
var named = regexp.MustCompile("`((?:cmd|dev|docs|examples|internal|templates)(?:/[\\w./-]*)?|[\\w-]+\\.(?:go|md))`")

// TestContributing: what CONTRIBUTING.md names is there, and its map has every room.
func TestContributing(t *testing.T) {
	data, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	page, names := string(data), 0
	for _, m := range named.FindAllStringSubmatch(page, -1) {
		names++
		if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("CONTRIBUTING.md names what is not there: %v", err)
		}
	}
	if names < 50 {
		t.Errorf("only %d names were found", names)
	}
	for dir := range mayImport {
		if room := strings.Join(strings.SplitN(dir, "/", 3)[:min(2, strings.Count(dir, "/")+1)], "/"); !strings.Contains(page, "`"+room+"`") {
			t.Errorf("the map of CONTRIBUTING.md does not have %s", room)
		}
	}
}
