package broker

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// as makes a command of this program, run by another user.
func as(uid uint32, env string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{env}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	return cmd
}

// open lets all users into a directory of a test's.
func open(t *testing.T, path string) {
	t.Helper()
	for ; strings.Count(path, "/") > 1; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

// The kernel tells who asks: a process of another user is no client, whatever it says.
func TestPeer(t *testing.T) {
	testneed.Root(t)
	b := newBench()
	b.peer = peer
	b.serve(t)
	open(t, b.socket)
	for uid, want := range map[uint32]string{1001: "<nil>", 1002: "uid 1002 is no client of this broker"} {
		if out, err := as(uid, askingAs+"="+b.socket).Output(); err != nil || string(out) != want {
			t.Errorf("as uid %d: %q, %v; want %q", uid, out, err, want)
		}
	}
}

// Nobody is given a token of another user's who listens where the broker should.
func TestTheBrokerIsRoots(t *testing.T) {
	testneed.Root(t)
	dir := t.TempDir()
	open(t, dir)
	socket := filepath.Join(dir, "s")
	cmd := as(1002, listeningAs+"="+socket)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "<nil>\n" {
		t.Fatalf("it does not listen: %s%v", line, err)
	}
	token, err := Ask(t.Context(), socket, Request{App: "takopi"})
	if err == nil || !strings.Contains(err.Error(), "is uid 1002's, not root's") || token.Value != "" {
		t.Errorf("got %v, %v", token, err)
	}
}
