package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// A home of root's is no user's: root is refused before anything else is done.
func TestRootFlagForRootsOwnHome(t *testing.T) {
	testneed.Root(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "home/u"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"plan", "plan diff", "apply", "destroy"} {
		var out bytes.Buffer
		w := world{stdin: &out, stdout: &out, stderr: &out, env: []string{"HOME=/home/u"}}
		status := run(t.Context(), w, append(strings.Fields(verb), "--root", dir))
		if status != exitBadSetup || !strings.Contains(out.String(), "create the user in the image first") {
			t.Errorf("%s: status %d, %s", verb, status, &out)
		}
	}
}

// A binary that no apply copies has to be in the image.
func TestMissingBinary(t *testing.T) {
	dir := t.TempDir()
	w := &world{root: plan.Root(dir)}
	if err := os.MkdirAll(filepath.Join(dir, "usr/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "usr/bin/there"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		binary string
		copied bool
		want   int
	}{{"/usr/bin/there", false, 0}, {"/usr/bin/gone", false, 1}, {"/home/u/bin/gone", true, 0}} {
		if got := w.missing(tt.binary, tt.copied); len(got) != tt.want {
			t.Errorf("%s: got %q, want %d", tt.binary, got, tt.want)
		}
	}
}
