// Package testhost gives tests and the demonstration a throw-away Linux host
// with a real "systemd --user" manager, on a machine whose PID 1 need not be
// systemd. It is never part of the shipped program.
//
//	func TestMain(m *testing.M) {
//		testhost.Main()
//		os.Exit(m.Run())
//	}
//
//	func TestTimer(t *testing.T) {
//		testhost.Need(t)
//		var out bytes.Buffer
//		c := testhost.Config{Stdout: &out, Stderr: &out}
//		status, err := testhost.Run(t.Context(), c, "systemctl", "--user", "list-timers")
//		...
//	}
//
// # What the command finds
//
// The command runs as an ordinary user in private mount, PID, network, UTS, IPC
// and cgroup namespaces (namespaces(7)):
//
//   - /home, /run and /var/log are empty and private; /tmp and everything else
//     are the machine's own. What [os.MkdirTemp] and testing.T.TempDir make is
//     0700: open it with chmod before the host's user has to reach it. A working
//     directory below /home is hidden.
//   - the user is all that passwd and group name besides root and nobody.
//   - the network is a loopback device alone. localhost, github.localhost and
//     api.github.localhost are 127.0.0.1, and the user may bind any port, 80 too.
//   - the environment is clean: HOME, USER, LOGNAME, SHELL, PATH, LANG,
//     XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS, the caller's TMPDIR, and
//     Config.Env, which wins.
//   - journalctl --user shows the manager's messages and what the units print.
//     On a busy machine the last line of a unit that ends at once may lack the
//     unit's name, as anywhere: journald looks that up in /proc.
//
// The sandboxing directives of units (systemd.exec(5)) are not to be tested here:
// without a booted systemd they fail, or do nothing, where a real host obeys.
//
// # How it works
//
// Run starts the calling program anew, twice; Main diverts both. The first, the
// keeper, stays outside, so that it can remove the cgroup, which outlives the
// namespaces. The second is PID 1 of the host: with it every process in the host
// dies and every mount goes. Both watch a socket whose other end the caller
// holds, so they tear down just the same when the caller is killed.
//
// Root needs a mounted cgroup2 and nothing else. Any other user needs unprivileged
// user namespaces (user_namespaces(7)) and a systemd user manager of their own,
// which lends the cgroup; inside, they have Config.UID all the same.
package testhost
