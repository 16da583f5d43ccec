package testboot

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	Main()
	if root := os.Getenv("TESTBOOT_CALLER"); root != "" {
		bootAndWait(root)
	}
	if script := os.Getenv("TESTBOOT_CONFINED"); script != "" {
		confined(context.Background(), "sh", "-c", script)
	}
	os.Exit(m.Run())
}

// sh runs a script in the machine and returns its status and all it printed.
func sh(t *testing.T, m *Machine, user, script string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status, err := m.Run(ctx, Cmd{User: user, Stdout: &out, Stderr: &out}, "sh", "-euc", script)
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	return status, out.String()
}

// want runs a script in the machine and compares what it printed.
func want(t *testing.T, m *Machine, user, script, want string) {
	t.Helper()
	if status, got := sh(t, m, user, script); status != 0 || got != want {
		t.Errorf("%s\nstatus %d, got:\n%s\nwant:\n%s", script, status, got, want)
	}
}

func TestBooted(t *testing.T) {
	m := Start(t)
	want(t, m, "", `
systemctl is-system-running || systemctl --failed
readlink /proc/1/exe
systemctl is-active dbus systemd-logind
busctl call org.freedesktop.PolicyKit1 / org.freedesktop.DBus.Peer Ping
systemctl is-active polkit
hostname
grep ^0: /proc/self/cgroup
`, "running\n/usr/lib/systemd/systemd\nactive\nactive\nactive\ntestboot\n0::/init.scope\n")
}

// TestSandbox runs units, the system's and the user's, with directives that need
// a booted system.
func TestSandbox(t *testing.T) {
	m := Start(t)
	const run = `systemd-run %s --quiet --wait --pipe -p PrivateUsers=yes -p ProtectSystem=strict -p PrivateTmp=yes \
	sh -c 'touch /usr/x 2>/dev/null || echo locked'`
	want(t, m, "", strings.Replace(run, "%s", "-p DynamicUser=yes -p PrivateDevices=yes", 1), "locked\n")
	want(t, m, User, strings.Replace(run, "%s", "--user", 1), "locked\n")
	want(t, m, "", `
systemd-run --quiet --unit=private -p Type=exec -p PrivateTmp=yes sleep 1000
mount -t tmpfs late /mnt
nsenter --target="$(systemctl show --value -p MainPID private)" --mount findmnt -no SOURCE /mnt
`, "late\n")
}

func TestLogin(t *testing.T) {
	m := Start(t)
	want(t, m, User, `
id -un; id -Gn; pwd
loginctl show-session "$XDG_SESSION_ID" -p Name -p Active
systemctl --user is-system-running --wait
test -S "$XDG_RUNTIME_DIR/bus" && test "$DBUS_SESSION_BUS_ADDRESS" = "unix:path=$XDG_RUNTIME_DIR/bus"
grep CapEff /proc/self/status
`, "takopi\ntakopi\n/home/takopi\nName=takopi\nActive=yes\nrunning\nCapEff:\t0000000000000000\n")
}

func TestNetwork(t *testing.T) {
	m := Start(t)
	want(t, m, "", "ls /sys/class/net; cat /sys/class/net/lo/carrier", "lo\n1\n")
	want(t, m, User, `
getent hosts api.github.localhost | tr -s ' '
printf '[Socket]\nListenStream=127.0.0.1:80\nAccept=yes\n' >"$XDG_RUNTIME_DIR/web.socket"
printf '[Service]\nExecStart=echo hello\nStandardOutput=socket\n' >"$XDG_RUNTIME_DIR/web@.service"
systemctl --user link "$XDG_RUNTIME_DIR/web.socket" "$XDG_RUNTIME_DIR/web@.service" 2>/dev/null
systemctl --user start web.socket
bash -c 'exec 3<>/dev/tcp/github.localhost/80; cat <&3'
`, "127.0.0.1 localhost github.localhost api.github.localhost\nhello\n")
}

func TestNamespaces(t *testing.T) {
	m := Start(t)
	for _, name := range []string{"mnt", "pid", "net", "uts", "ipc", "cgroup"} {
		ours, err1 := os.Readlink("/proc/self/ns/" + name)
		theirs, err2 := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", m.pid, name))
		if ours == theirs || err1 != nil || err2 != nil {
			t.Errorf("%s: here %s, there %s", name, ours, theirs)
		}
		want(t, m, "", "readlink /proc/self/ns/"+name, theirs+"\n")
	}
}

// What belongs to the kernel, and so to the tests' own machine, is not touched.
func TestKernelIsSafe(t *testing.T) {
	m := Start(t)
	want(t, m, "", `
for file in /proc/sys/kernel/panic /sys/kernel; do
	test -w $file && echo "$file is open" || true
done
caps=0x$(systemd-run --quiet --wait --pipe sed -n 's/CapBnd:.//p' /proc/self/status)
echo module $((caps >> 16 & 1)), time $((caps >> 25 & 1)), chown $((caps & 1))
`, "module 0, time 0, chown 1\n")
}

// The changes of one machine are in no other, with an overlay and with a copy.
func TestRootStays(t *testing.T) {
	Need(t)
	root, err := Root(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]request{"overlay": {Root: root}, "copy": {Root: root, Copy: true}} {
		t.Run(name, func(t *testing.T) {
			defer unix.Umask(unix.Umask(0o077)) // which is not the machine's business
			for range 2 {
				m, err := boot(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				defer m.Stop()
				want(t, m, "", "findmnt -no FSTYPE /; cat /etc/hostname; ls /srv; touch /srv/x; rm /etc/hostname",
					map[string]string{"overlay": "overlay", "copy": "tmpfs"}[name]+"\ntestboot\n")
				want(t, m, User, "getent hosts testboot >/dev/null; echo x >/dev/null", "")
			}
		})
	}
}
