package testhost_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

func TestMain(m *testing.M) {
	testhost.Main()
	if marker := os.Getenv("TESTHOST_CALLER"); marker != "" {
		testhost.Run(context.Background(), testhost.Config{}, "sh", "-c", marker)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// run runs a shell script in a host and returns its status and all it printed.
func run(t *testing.T, c testhost.Config, script string) (int, string) {
	t.Helper()
	testhost.Need(t)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status, err := testhost.Run(ctx, c, "sh", "-euc", script)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	return status, out.String()
}

// want runs a script and compares what it printed.
func want(t *testing.T, c testhost.Config, script, want string) {
	t.Helper()
	if status, got := run(t, c, script); status != 0 || got != want {
		t.Errorf("%s\nstatus %d, got:\n%s\nwant:\n%s", script, status, got, want)
	}
}

func TestManagerRuns(t *testing.T) {
	t.Parallel()
	status, out := run(t, testhost.Config{}, `
systemctl --user is-system-running || systemctl --user --failed
test -S "$XDG_RUNTIME_DIR/bus"
`)
	if status != 0 || !strings.HasPrefix(out, "running\n") && !strings.HasPrefix(out, "degraded\n") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestTimerFires(t *testing.T) {
	t.Parallel()
	want(t, testhost.Config{}, `
units=$HOME/.config/systemd/user
mkdir -p "$units"
cat >"$units/probe.service" <<'U'
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo fired; echo x >>"$HOME/fired"'
U
cat >"$units/probe.timer" <<'U'
[Timer]
OnActiveSec=100ms
OnUnitInactiveSec=100ms
AccuracySec=1ms
[Install]
WantedBy=timers.target
U
systemctl --user daemon-reload
systemctl --user --quiet enable --now probe.timer 2>&1
for i in $(seq 100); do
	if [ -e "$HOME/fired" ] && [ "$(wc -l <"$HOME/fired")" -ge 2 ]; then break; fi
	sleep 0.1
done
head -2 "$HOME/fired"
`, "x\nx\n")
}

// The unit stays and speaks again, since journald asks /proc what unit a line is
// from, and on a busy machine it may ask too early or too late.
func TestJournal(t *testing.T) {
	t.Parallel()
	want(t, testhost.Config{}, `
systemd-run --user --quiet --unit=speaker sh -c 'while sleep 0.2; do echo it spoke; done'
for i in $(seq 200); do
	journalctl --user -u speaker -o cat | grep -m1 -x 'it spoke' && break
	sleep 0.1
done
`, "it spoke\n")
}

func TestUser(t *testing.T) {
	t.Parallel()
	c := testhost.Config{
		NoManager: true, User: "robot", UID: 61234, Env: []string{"PROBE=1", "LANG=C"},
		Hosts: []string{"github.com", "api.github.com"},
	}
	want(t, c, `
id -u; id -un; id -gn; echo "$HOME $PROBE $LANG"; hostname
stat -c '%a %U' "$HOME" "$XDG_RUNTIME_DIR"
getent hosts api.github.localhost | tr -s ' '
getent hosts api.github.com | tr -s ' '
grep CapEff /proc/self/status
env | grep -v '^TMPDIR=' | cut -d= -f1 | sort | tr '\n' ' '
`, `61234
robot
robot
/home/robot 1 C
testhost
700 robot
700 robot
127.0.0.1 localhost github.localhost api.github.localhost
127.0.0.1 github.com api.github.com
CapEff:	0000000000000000
HOME LANG LOGNAME PATH PROBE PWD SHELL USER XDG_RUNTIME_DIR `)
}

func TestLowPort(t *testing.T) {
	t.Parallel()
	want(t, testhost.Config{}, `
units=$HOME/.config/systemd/user
mkdir -p "$units"
printf '[Socket]\nListenStream=127.0.0.1:80\nAccept=yes\n' >"$units/web.socket"
printf '[Service]\nExecStart=echo hello\nStandardOutput=socket\n' >"$units/web@.service"
systemctl --user start web.socket
bash -c 'exec 3<>/dev/tcp/github.localhost/80; cat <&3'
`, "hello\n")
}

func TestOddHomes(t *testing.T) {
	t.Parallel()
	for _, home := range []string{"/home/a b", "/home/100%h", "/home/$USER", "/home/grüße/子", "/home/'q\"\\"} {
		t.Run(home, func(t *testing.T) {
			t.Parallel()
			want(t, testhost.Config{Home: home}, `
cd
pwd
systemd-run --user --quiet --wait -p Type=oneshot -p StandardOutput=append:"$XDG_RUNTIME_DIR/out" sh -c 'cd; pwd'
cat "$XDG_RUNTIME_DIR/out"
`, home+"\n"+home+"\n")
		})
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -KILL $$": 137} {
		if got, _ := run(t, testhost.Config{NoManager: true}, script); got != want {
			t.Errorf("%s: got %d, want %d", script, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	testhost.Need(t)
	for name, c := range map[string]testhost.Config{
		"user":    {User: "a:b"},
		"root":    {User: "root"},
		"outside": {Home: "/srv/x"},
		"dots":    {Home: "/home/../etc"},
		"colon":   {Home: "/home/a:b"},
		"name":    {Hosts: []string{"a b"}},
	} {
		if _, err := testhost.Run(t.Context(), c, "true"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	_, err := testhost.Run(t.Context(), testhost.Config{NoManager: true}, "no-such-program")
	if err == nil || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("missing program: got %v", err)
	}
}

func TestWorkingDirectory(t *testing.T) {
	testhost.Need(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if os.Geteuid() == 0 { // t.TempDir's parent is 0700
		want(t, testhost.Config{NoManager: true}, "pwd", "/home/takopi\n")
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	want(t, testhost.Config{NoManager: true}, "pwd", dir+"\n")
}
