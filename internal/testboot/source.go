package testboot

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// A source is where debootstrap gets a suite from.
type source struct{ suite, mirror string }

// findSource finds a mirror of Debian among this machine's own apt sources, and
// the suite there if it is not given. A mirror has all suites.
func findSource(suite string) (source, error) {
	s, err := aptSource()
	if suite != "" {
		s.suite = suite
	}
	return s, err
}

// aptSource asks apt (apt-get(8), indextargets), which takes half a second.
var aptSource = sync.OnceValues(func() (source, error) {
	out, err := exec.Command("apt-get", "indextargets",
		"--format", "$(ORIGIN) $(LABEL) $(CODENAME) $(REPO_URI)", "Created-By: Packages").Output()
	if err != nil {
		return source{}, fmt.Errorf("apt-get indextargets: %w", err)
	}
	s, ok := parseTargets(string(out))
	if !ok {
		return source{}, errors.New("apt knows no Debian mirror: apt-get update")
	}
	return s, nil
})

// parseTargets finds the first suite of Debian's main archive. Another archive,
// such as the one for security, has another label, and a suite that only adds to
// one, such as bookworm-updates, a hyphen.
func parseTargets(text string) (source, bool) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 4 && f[0] == "Debian" && f[1] == "Debian" &&
			!strings.Contains(f[2], "-") && strings.HasPrefix(f[3], "http") {
			return source{suite: f[2], mirror: f[3]}, true
		}
	}
	return source{}, false
}
