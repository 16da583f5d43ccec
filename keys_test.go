package repo_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const keysPage = "docs/keys.md"

var (
	keySources   = []string{"file", "vault", "command", "broker"}
	keyAttackers = []string{"an agent, under the same user", "another user of the system", "who takes the disk", "who is on the network", "who reads the logs", "a member of the chat"}
	testLink     = regexp.MustCompile(`\[(Test[A-Za-z]+)(?:/([a-z-]+))?\]\(\.\./([^)]+)\)`)
)

// TestKeysPage holds the page on keys to the tests that it names: each is where it says,
// and of each source it says what each attacker has.
func TestKeysPage(t *testing.T) {
	page := read(t, keysPage)
	said := map[string]int{}
	for line := range strings.Lines(page) {
		cells := strings.Split(line, " | ")
		if len(cells) != 4 || !testLink.MatchString(cells[3]) {
			continue
		}
		who := strings.TrimPrefix(cells[0], "| ")
		for source := range strings.SplitSeq(cells[1], ", ") {
			if !slices.Contains(keySources, source) || !slices.Contains(keyAttackers, who) {
				t.Errorf("%s: who is %q, with %q?", keysPage, who, source)
			}
			said[who+", "+source]++
		}
	}
	for _, who := range keyAttackers {
		for _, source := range keySources {
			if n := said[who+", "+source]; n != 1 {
				t.Errorf("%s says %d times what %s has of a key by %s", keysPage, n, who, source)
			}
		}
	}
	links := testLink.FindAllStringSubmatch(page, -1)
	for _, m := range links {
		if why := namesNoTest(m[1], m[2], m[3]); why != "" {
			t.Errorf("%s: %s %s", keysPage, m[0], why)
		}
	}
	if len(links) < 24 {
		t.Errorf("only %d tests are named", len(links))
	}
}

// namesNoTest says why there is no such test at path, "" where there is.
func namesNoTest(function, story, path string) string {
	data, err := os.ReadFile(path)
	switch {
	case err != nil:
		return err.Error()
	case story == "" && !strings.Contains(string(data), "\nfunc "+function+"(t *testing.T) {"):
		return "is no function there"
	case story != "" && path != storyDirs[function]+story+".txtar":
		return "is another story"
	}
	return ""
}

// storyDirs are where the stories of a test are.
var storyDirs = map[string]string{
	"TestStories":       "cmd/ghauth-provision/testdata/",
	"TestBootedStories": "cmd/ghauth-provision/testdata/booted/",
}

func TestNamesNoTest(t *testing.T) {
	const stories = "cmd/ghauth-provision/testdata/"
	for _, test := range []struct {
		function, story, path string
		want                  bool
	}{
		{"TestNamesNoTest", "", "keys_test.go", false},
		{"TestNames", "", "keys_test.go", true},
		{"TestNamesNoTest", "", "repo_test.go", true},
		{"TestNamesNoTest", "", "nowhere_test.go", true},
		{"TestStories", "mint", stories + "mint.txtar", false},
		{"TestStories", "mint", stories + "plan.txtar", true},
		{"TestBootedStories", "mint", stories + "mint.txtar", true},
	} {
		if why := namesNoTest(test.function, test.story, test.path); (why != "") != test.want {
			t.Errorf("%s/%s in %s: %q", test.function, test.story, test.path, why)
		}
	}
}
