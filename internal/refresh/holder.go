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

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A Holder is a process whose environment holds a token of ours: it sees no other
// until it is started anew.
type Holder struct {
	PID      int
	Command  string // as proc_pid_comm(5) has it
	Variable string
	Token    mint.Secret
}

// maxEnviron bounds what is read of one environment, or of one command line, in bytes.
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
	for _, p := range processes(proc) {
		for _, v := range p.texts("environ") {
			name, value, _ := strings.Cut(v, "=")
			token := mint.Secret(value)
			if slices.Contains(TokenNames, name) && slices.Contains(digests, token.Digest()) {
				all = append(all, Holder{p.pid, p.comm(), name, token})
				break
			}
		}
	}
	return all
}

// String names the process, and the token as far as it may be shown.
func (h Holder) String() string {
	return fmt.Sprintf("process %d (%s) has %s (sha256 %s) in %s", h.PID, h.Command, h.Token, h.Token.Digest(), h.Variable)
}

// A process is a directory below /proc.
type process struct {
	pid int
	dir string
}

// processes lists those below proc by their numbers.
func processes(proc string) (all []process) {
	dirs, _ := filepath.Glob(filepath.Join(proc, "[0-9]*"))
	for _, dir := range dirs {
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			all = append(all, process{pid, dir})
		}
	}
	slices.SortFunc(all, func(a, b process) int { return a.pid - b.pid })
	return all
}

// texts reads a file of texts that each end with a zero byte, nothing where it may
// not (proc_pid_environ(5), proc_pid_cmdline(5)).
func (p process) texts(name string) []string {
	f, err := os.Open(filepath.Join(p.dir, name))
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEnviron))
	if data = bytes.TrimRight(data, "\x00"); err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(string(data), "\x00")
}

func (p process) comm() string {
	data, err := os.ReadFile(filepath.Join(p.dir, "comm"))
	if err != nil {
		return "?"
	}
	return strconv.QuoteToASCII(strings.TrimSpace(string(data)))
}
