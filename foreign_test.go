package repo_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestNoForeignPaths keeps the machine that a change was made on out of it.
func TestNoForeignPaths(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSuffix(name, "\n")
		if data, err := os.ReadFile(name); err == nil && strings.Contains(string(data), here+"/") {
			t.Errorf("%s names %s", name, here)
		}
	}
}
