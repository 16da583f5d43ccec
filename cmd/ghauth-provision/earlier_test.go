package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// earlierName is, in the directory of the tools, the program as an earlier version: it
// says so, and writes files as the templates of testdata/earlier have them.
const earlierName = "bin/ghauth-earlier"

var earlier sync.Mutex // to build it once

func buildEarlier(t *testing.T) {
	earlier.Lock()
	defer earlier.Unlock()
	if _, err := os.Stat(filepath.Join(tools, earlierName)); err == nil {
		return
	}
	files, err := filepath.Glob("testdata/earlier/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no earlier templates: %v", err)
	}
	changed := map[string]string{}
	for _, file := range files {
		now := filepath.Join("../../templates", filepath.Base(file))
		if _, err := os.Stat(now); err != nil {
			t.Fatal(err)
		}
		changed[now] = file
	}
	buildChanged(t, earlierName, changed)
}

// buildChanged builds the program, to the path below that of the tools, with other
// files in the place of some: each by its path, and the path of what is there instead.
func buildChanged(t *testing.T, to string, changed map[string]string) {
	replace := map[string]string{}
	for path, instead := range changed {
		replace[absolute(t, path)] = absolute(t, instead)
	}
	text, err := json.Marshal(map[string]any{"Replace": replace}) // go help build, -overlay
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-trimpath", "-overlay", overlay, "-o", filepath.Join(tools, to), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func absolute(t *testing.T, path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
