package main_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
// told as well, but for those of one suite: that takes long.
const suitesVar = "GHAUTH_SUITES"

// withoutGH is a suite that Debian's gh is not in: its machines get this one's.
const withoutGH = "forky"

// TestBootedStories runs the stories of testdata/booted on machines that are
// really booted: with logind and polkit, which a lighter host lacks.
func TestBootedStories(t *testing.T) {
	onMachines(t, "testdata/booted/*.txtar", machineTime, func(story string) (string, error) {
		m := machineOf(story)
		return testboot.Root(t.Context(), m.suite, m.packages...)
	})
	for _, other := range strings.Fields(os.Getenv(suitesVar)) {
		t.Run("on "+other, func(t *testing.T) {
			onMachines(t, "testdata/booted/*.txtar", machineTime, func(story string) (string, error) {
				m := machineOf(story)
				if m.only {
					return "", nil
				}
				if other == withoutGH {
					m.packages = slices.DeleteFunc(m.packages, func(name string) bool { return name == "gh" })
				}
				return testboot.Root(t.Context(), other, m.packages...)
			})
		})
	}
}

// TestTakopiStories runs the stories of testdata/takopi on machines that Takopi
// can be installed on.
func TestTakopiStories(t *testing.T) {
	onMachines(t, "testdata/takopi/*.txtar", machineTime, func(string) (string, error) { return testtakopi.Root(t.Context()) })
}

// onMachines runs stories, each on a machine of its own, whose root depends on it: none
// where the story is not to be told.
func onMachines(t *testing.T, pattern string, limit time.Duration, rootOf func(story string) (string, error), env ...string) {
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
			if root == "" {
				return
			}
			telling{root: root, name: filepath.Base(file), text: text, limit: limit, env: env}.tell(t)
		})
	}
}

// A machine is a Debian that a story wants, with some packages besides.
type machine struct {
	suite    string // empty: this machine's own
	only     bool   // it is not to be told on others
	packages []string
}

// machineOf reads which one it is off the story's line "#host suite NAME PACKAGE...",
// or "#host only NAME PACKAGE...", or "#host packages PACKAGE...".
func machineOf(story string) machine {
	for line := range strings.Lines(story) {
		words := strings.Fields(line)
		if len(words) > 2 && words[0] == "#host" && words[1] == "packages" {
			return machine{packages: words[2:]}
		}
		if len(words) > 2 && words[0] == "#host" && (words[1] == "suite" || words[1] == "only") {
			return machine{words[2], words[1] == "only", words[3:]}
		}
	}
	return machine{}
}

// machineTime bounds a story on a machine.
const machineTime = 6 * time.Minute

// A telling is of a story on a machine.
type telling struct {
	root  string
	name  string // of the story
	text  []byte
	limit time.Duration
	files []string // beside it
	env   []string
}

// wanted finds the pages and examples that a story reads.
var wanted = regexp.MustCompile(`(?m)^page \S+|\$EXAMPLES/\S+`)

func (s telling) tell(t *testing.T) {
	m, err := testboot.Boot(t.Context(), s.root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	ctx, cancel := context.WithTimeout(t.Context(), s.limit)
	defer cancel()
	const dir = "/opt/stories"
	if strings.Contains(string(s.text), "\n#host deny-linger\n") {
		err = m.Write(ctx, strings.NewReader(denyLinger), "/etc/polkit-1/rules.d/00-linger.rules", 0o644)
	}
	files := map[string]os.FileMode{"stories": 0o755, "bin/ghauth-provision": 0o755, "docs/plan.schema.json": 0o644, "docs/status.schema.json": 0o644}
	for _, m := range wanted.FindAllSubmatch(s.text, -1) {
		files[filepath.Clean(strings.NewReplacer("page ", "docs/", "$EXAMPLES", "examples").Replace(string(m[0])))] = 0o644
	}
	if strings.Contains(string(s.text), filepath.Base(earlierName)) {
		buildEarlier(t)
		files[earlierName] = 0o755
	}
	for name, mode := range files {
		if err == nil {
			err = m.Copy(ctx, filepath.Join(tools, name), filepath.Join(dir, name), mode)
		}
	}
	for _, file := range s.files {
		if err == nil {
			err = m.Copy(ctx, file, filepath.Join(dir, filepath.Base(file)), 0o644)
		}
	}
	wantsGH := strings.Contains(string(s.text), "\n#host gh\n") || slices.Contains(machineOf(string(s.text)).packages, "gh")
	if err == nil && wantsGH {
		err = copyGH(ctx, m)
	}
	story := filepath.Join(dir, s.name)
	if err == nil {
		err = m.Write(ctx, bytes.NewReader(s.text), story, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	both := io.MultiWriter(&out, &figures{})
	c := testboot.Cmd{User: testboot.User, Stdout: both, Stderr: both,
		Env: append(s.env, storyVar+"="+story, "PATH="+dir+"/bin:/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8")}
	if strings.Contains(string(s.text), "\n#host root\n") {
		c.User = ""
	}
	status, err := m.Run(ctx, c, filepath.Join(dir, "stories"))
	if err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s", status, err, &out)
	}
}

// copyGH gives a machine whose Debian has none the gh of this one.
func copyGH(ctx context.Context, m *testboot.Machine) error {
	if status, err := m.Run(ctx, testboot.Cmd{}, "gh", "--version"); err != nil || status == 0 {
		return err
	}
	gh, err := exec.LookPath("gh")
	if err == nil {
		err = m.Copy(ctx, gh, "/usr/local/bin/gh", 0o755)
	}
	return err
}
