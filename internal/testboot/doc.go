// Package testboot gives tests a throw-away Debian machine that is really booted,
// with systemd as its PID 1, logind, polkit, D-Bus and an ordinary user, on a
// machine whose own PID 1 need not be systemd. It is never part of the shipped
// program. Package testhost is lighter, and enough for all that systemd --user
// does by itself.
//
//	func TestMain(m *testing.M) {
//		testboot.Main()
//		os.Exit(m.Run())
//	}
//
//	func TestLinger(t *testing.T) {
//		testboot.Need(t)
//		root, err := testboot.Root(t.Context(), "")
//		...
//		m, err := testboot.Boot(t.Context(), root)
//		...
//		t.Cleanup(m.Stop)
//		c := testboot.Cmd{User: testboot.User, Stdout: os.Stdout}
//		status, err := m.Run(t.Context(), c, "loginctl", "enable-linger")
//		...
//	}
//
// # What the machine has
//
//   - the packages of debootstrap's smallest variant, systemd, D-Bus with a bus
//     for each user, PAM's logind module, polkit, and what the test asks for.
//   - a user, [User], who is a member of no other group.
//   - a network of a loopback device alone. localhost, github.localhost and
//     api.github.localhost are 127.0.0.1, and the user may bind any port, 80 too.
//   - files that are the test's to change: they are gone with the machine.
//   - the kernel's parameters and devices, which it may not change.
//
// # How it works
//
// [Root] keeps what debootstrap(8) made in a cache. [Boot] starts the calling
// program anew, twice; [Main] diverts both. The first, the keeper, stays outside,
// so that it can remove the cgroup, which outlives the namespaces. The second is
// PID 1 of the machine: it mounts an overlay on the cached root, with a tmpfs for
// the changes, and becomes systemd. The keeper watches a socket whose other end
// the caller holds and kills PID 1 when that closes, so everything goes just the
// same when the caller is killed.
//
// Root is needed, the whole of it: it mounts and makes namespaces.
package testboot
