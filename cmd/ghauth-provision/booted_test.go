package main_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testtakopi"
)

// denyLinger is a rule for polkit(8) that lets nobody change lingering.
const denyLinger = `polkit.addRule(function(action, subject) {
	if (action.id.indexOf("linger") >= 0) { return polkit.Result.NO; }
});
`

// suitesVar names Debian suites, such as "trixie forky", on which the booted stories are
// told as well: that takes long.
const suitesVar = "GHAUTH_SUITES"

// TestBootedStories runs the stories of testdata/booted on machines that are
// really booted: with logind and polkit, which a lighter host lacks.
func TestBootedStories(t *testing.T) {
	onMachines(t, "testdata/booted/*.txtar", func(story string) (string, error) {
		suite, packages := machineOf(story)
		return testboot.Root(t.Context(), suite, packages...)
	})
	for _, other := range strings.Fields(os.Getenv(suitesVar)) {
		t.Run("on "+other, func(t *testing.T) {
			onMachines(t, "testdata/booted/*.txtar", func(story string) (string, error) {
				_, packages := machineOf(story)
				return testboot.Root(t.Context(), other, packages...)
			})
		})
	}
}

// TestTakopiStories runs the stories of testdata/takopi on machines that Takopi
// can be installed on.
func TestTakopiStories(t *testing.T) {
	onMachines(t, "testdata/takopi/*.txtar", func(string) (string, error) { return testtakopi.Root(t.Context()) })
}

// onMachines runs stories, each on a machine of its own, whose root depends on it.
func onMachines(t *testing.T, pattern string, rootOf func(story string) (string, error)) {
	testboot.Need(t)
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root, err := rootOf(string(text))
			if err != nil {
				t.Fatal(err)
			}
			onMachine(t, root, filepath.Base(file), text)
		})
	}
}

// machineOf reads which Debian a story wants, and with which packages besides, off
// its line "#host suite NAME PACKAGE...".
func machineOf(story string) (suite string, packages []string) {
	for line := range strings.Lines(story) {
		if rest, ok := strings.CutPrefix(line, "#host suite "); ok {
			words := strings.Fields(rest)
			return words[0], words[1:]
		}
	}
	return "", nil
}

// onMachine tells a story on a machine that has the files more beside it.
func onMachine(t *testing.T, root, name string, text []byte, more ...string) {
	m, err := testboot.Boot(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	const dir = "/opt/stories"
	if strings.Contains(string(text), "\n#host deny-linger\n") {
		err = m.Write(ctx, strings.NewReader(denyLinger), "/etc/polkit-1/rules.d/00-linger.rules", 0o644)
	}
	for name, mode := range map[string]os.FileMode{"stories": 0o755, "bin/ghauth-provision": 0o755, "docs/plan.schema.json": 0o644, "docs/status.schema.json": 0o644} {
		if err == nil {
			err = m.Copy(ctx, filepath.Join(tools, name), filepath.Join(dir, name), mode)
		}
	}
	for _, file := range more {
		if err == nil {
			err = m.Copy(ctx, file, filepath.Join(dir, filepath.Base(file)), 0o644)
		}
	}
	if err == nil && strings.Contains(string(text), "\n#host gh\n") {
		err = copyGH(ctx, m)
	}
	story := filepath.Join(dir, name)
	if err == nil {
		err = m.Write(ctx, bytes.NewReader(text), story, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := testboot.Cmd{User: testboot.User, Stdout: &out, Stderr: &out,
		Env: []string{storyVar + "=" + story, "PATH=" + dir + "/bin:/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"}}
	if strings.Contains(string(text), "\n#host root\n") {
		c.User = ""
	}
	status, err := m.Run(ctx, c, filepath.Join(dir, "stories"))
	if err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s", status, err, &out)
	}
}

// copyGH gives a machine whose Debian has none the gh of this one.
func copyGH(ctx context.Context, m *testboot.Machine) error {
	gh, err := exec.LookPath("gh")
	if err == nil {
		err = m.Copy(ctx, gh, "/usr/local/bin/gh", 0o755)
	}
	return err
}
