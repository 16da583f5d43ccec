package main_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

// storyVar tells this program, run anew in a throw-away host, which story to
// tell there.
const storyVar = "GHAUTH_STORY"

func TestMain(m *testing.M) {
	testhost.Main()
	testboot.Main()
	if os.Getenv(proberVar) != "" {
		os.Exit(prober(os.Args[1:]))
	}
	if os.Getenv(tracerVar) != "" {
		os.Exit(trace(os.Args[1:]))
	}
	if file := os.Getenv(storyVar); file != "" {
		os.Exit(tell(file))
	}
	if !slices.Contains(os.Args, "-test.fuzzworker") { // one of several, for which nothing has to be built
		build()
	}
	code := m.Run()
	os.RemoveAll(tools)
	os.Exit(code)
}

// tools is a directory that every user may read: the real program, and this one
// to run the stories with.
var tools string

func build() {
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	var err error
	tools, err = os.MkdirTemp("", "ghauth-stories")
	must(err)
	must(os.Chmod(tools, 0o755))
	cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(tools, "bin/ghauth-provision"), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	must(cmd.Run())
	self, err := os.ReadFile("/proc/self/exe")
	must(err)
	must(os.WriteFile(filepath.Join(tools, "stories"), self, 0o755))
	for _, dir := range []string{"examples", "docs"} {
		must(os.CopyFS(filepath.Join(tools, dir), os.DirFS("../../"+dir)))
	}
	readme, err := os.ReadFile("../../README.md")
	must(err)
	must(os.WriteFile(filepath.Join(tools, "README.md"), readme, 0o644))
}

// TestStories runs every story of testdata in a host of its own: the real
// program, a real systemd --user, real gh, and a stand-in for GitHub.
//
// The lines of a story that begin with #host set the host up: its home, whether
// it has a service manager, and further names of 127.0.0.1.
func TestStories(t *testing.T) {
	testhost.Need(t)
	files, err := filepath.Glob("testdata/*.txtar")
	pages, pagesErr := filepath.Glob("testdata/pages/*.txtar")
	if err := cmp.Or(err, pagesErr); err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range append(files, pages...) {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar"), func(t *testing.T) {
			t.Parallel()
			inHost(t, file, storyLimit)
		})
	}
}

// storyLimit bounds a story.
const storyLimit = 3 * time.Minute

func inHost(t *testing.T, file string, limit time.Duration, env ...string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := hostOf(string(text))
	copied := filepath.Join(tools, filepath.Base(file))
	if err := os.WriteFile(copied, text, 0o644); err != nil {
		t.Fatal(err)
	}
	bare := strings.Contains(string(text), "\nvault bare ")
	if bare || strings.Contains(string(text), "\nvault up ") {
		haveVault(t)
	}
	if bare {
		haveVaultCLI(t)
	}
	var out bytes.Buffer
	c.Stdout = io.MultiWriter(&out, &figures{})
	c.Stderr = c.Stdout
	c.Env = append(env, storyVar+"="+copied, "PATH="+tools+"/bin:/usr/local/bin:/usr/bin:/bin")
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	status, err := testhost.Run(ctx, c, filepath.Join(tools, "stories"))
	if err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s", status, err, &out)
	}
}

func hostOf(story string) testhost.Config {
	var c testhost.Config
	for line := range strings.Lines(story) {
		words, ok := strings.CutPrefix(strings.TrimSpace(line), "#host ")
		if !ok {
			continue
		}
		switch key, value, _ := strings.Cut(words, " "); key {
		case "home":
			c.Home = value
		case "names":
			c.Hosts = strings.Fields(value)
		case "without-manager":
			c.NoManager = true
		}
	}
	return c
}
