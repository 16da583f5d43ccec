package refresh

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Shadow names the variable of env that gh takes before its stored login for
// host, "" if there is none (`gh help environment`).
func Shadow(host string, env []string) string {
	names := []string{"GH_TOKEN", "GITHUB_TOKEN"}
	if githubhost.Enterprise(host) {
		names = []string{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}
	}
	for _, name := range names {
		if slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") && len(v) > len(name)+1 }) {
			return name
		}
	}
	return ""
}

// A Holder is a process whose environment holds a token of ours: it sees no other
// until it is started anew.
type Holder struct {
	PID      int
	Command  string // as proc_pid_comm(5) has it
	Variable string
	Token    mint.Secret
}

// maxEnviron bounds what is read of one environment, in bytes.
const maxEnviron = 1 << 20

// Holders lists the processes below proc, which is /proc, that hold one of app's
// earlier tokens, or the stored one if current. It sees those that this user may look
// into.
func (a App) Holders(proc string, current bool) (all []Holder) {
	digests := a.earlier()
	if f, err := readToken(a.TokenFile); err == nil && current {
		digests = append(digests, f.Value.Digest())
	}
	if len(digests) == 0 {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(proc, "[0-9]*/environ"))
	for _, path := range paths {
		dir := filepath.Dir(path)
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		for _, v := range environ(path) {
			name, value, _ := strings.Cut(v, "=")
			token := mint.Secret(value)
			if slices.Contains(TokenNames, name) && slices.Contains(digests, token.Digest()) {
				all = append(all, Holder{pid, comm(dir), name, token})
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b Holder) int { return a.PID - b.PID })
	return all
}

// String names the process, and the token as far as it may be shown.
func (h Holder) String() string {
	return fmt.Sprintf("process %d (%s) has %s (sha256 %s) in %s", h.PID, h.Command, h.Token, h.Token.Digest(), h.Variable)
}

// environ reads an environment, nothing where it may not (proc_pid_environ(5)).
func environ(path string) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEnviron))
	if err != nil {
		return nil
	}
	return strings.Split(string(bytes.TrimRight(data, "\x00")), "\x00")
}

func comm(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "comm"))
	if err != nil {
		return "?"
	}
	return strconv.QuoteToASCII(strings.TrimSpace(string(data)))
}
