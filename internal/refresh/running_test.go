package refresh

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

func TestRunning(t *testing.T) {
	proc := t.TempDir()
	const stat = "20 (tako) pi) S" // and 17 fields up to the start
	const before = " 1 20 20 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 "
	for pid, texts := range map[int][4]string{
		20: {"/x/python\x00/x/bin/takopi\x00--debug\x00", "HOME=/x\x00GH_TOKEN=ghp_foreign0123456789\x00", stat + before + "12345 9\n",
			"5:cpu:/x.service\n0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-takopi.slice/takopi@x.service/sub\n"},
		3: {"takopi\x00", "HOME=/x\x00", stat, "0::/user.slice/user-1000.slice/session-3.scope\n"},
		8: {"takopi\x00", "HOME=/x\x00", "", "1:name=systemd:/system.slice/bot.service\n0::/\n"},
		9: {"takopi\x00", "HOME=/x\x00", "", "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n"},
		4: {"vi\x00-R\x00takopi\x00", "GH_TOKEN=x\x00"}, // has it as a file
		5: {"/x/takopi-refresh\x00", "GH_TOKEN=x\x00"},
		6: {"", ""},       // a kernel thread
		7: {"takopi", ""}, // somebody else's
	} {
		dir := filepath.Join(proc, fmt.Sprint(pid))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"cmdline", "environ", "stat", "cgroup"} {
			write(t, filepath.Join(dir, name), texts[i])
		}
	}
	write(t, filepath.Join(proc, "stat"), "cpu 1 2\nbtime 1700000000\nprocesses 5\n")
	got := Running(proc, "takopi", "github.com")
	want := []Program{{PID: 3}, {PID: 8, Unit: "bot.service", System: true}, {PID: 9},
		{20, "GH_TOKEN", time.Unix(1700000123, 0), "takopi@x.service", false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestRunningHere: as the kernel tells of a process.
func TestRunningHere(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	all := Running("/proc", filepath.Base(self), "github.com")
	i := slices.IndexFunc(all, func(p Program) bool { return p.PID == os.Getpid() })
	if i < 0 {
		t.Fatalf("not among %v", all)
	}
	if age := time.Since(all[i].Started); age < -2*time.Second || age > time.Hour {
		t.Errorf("started %s ago", age)
	}
}

// TestRunningOfOthers: root, who may look into the processes of others, is told of its own.
func TestRunningOfOthers(t *testing.T) {
	testneed.Root(t)
	dir := filepath.Join(t.TempDir(), "7")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cmdline"), "takopi\x00")
	write(t, filepath.Join(dir, "environ"), "HOME=/x\x00")
	if err := syscall.Chown(dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if got := Running(filepath.Dir(dir), "takopi", "github.com"); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}
