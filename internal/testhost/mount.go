package testhost

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// stateDir holds what the host itself needs; it is in the private /run.
const stateDir = "/run/testhost"

// hosts has the names under which tests serve a GitHub of their own.
const hosts = `127.0.0.1 localhost github.localhost api.github.localhost
::1 localhost ip6-localhost
127.0.1.1 testhost
`

// prepare turns the new namespaces into the host.
func (c Config) prepare() error {
	unix.Umask(0o022)
	for _, step := range []func() error{mountAll, c.coverEtc, c.makeDirs, networkUp} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := unix.Sethostname([]byte("testhost")); err != nil {
		return fmt.Errorf("sethostname: %w", err)
	}
	return nil
}

// mountAll covers what the host must not share with the machine.
func mountAll() error {
	const flags = unix.MS_NOSUID | unix.MS_NODEV
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make / private: %w", err)
	}
	for _, m := range []struct {
		fstype, point string
		flags         uintptr
		data          string
	}{
		{"proc", "/proc", flags | unix.MS_NOEXEC, ""},
		{"tmpfs", "/run", flags, "mode=755"},
		{"tmpfs", "/home", flags, "mode=755"},
		{"tmpfs", "/var/log", flags, "mode=755"},
		// The kernel mounts nothing over itself, so something comes between
		// the machine's cgroup2 and the host's.
		{"tmpfs", "/sys/fs/cgroup", flags, "mode=755"},
		{"cgroup2", "/sys/fs/cgroup", flags | unix.MS_NOEXEC, ""},
	} {
		if err := unix.Mount(m.fstype, m.point, m.fstype, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.fstype, m.point, err)
		}
	}
	return nil
}

// coverEtc covers the files of /etc that say who and where the host is. What the
// machine does not have cannot be covered.
func (c Config) coverEtc() error {
	passwd := fmt.Sprintf("root:x:0:0:root:/root:/bin/sh\n%s:x:%d:%[2]d::%s:/bin/sh\n"+
		"nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n", c.User, c.UID, c.Home)
	group := fmt.Sprintf("root:x:0:\n%s:x:%d:\nnogroup:x:65534:\n", c.User, c.UID)
	for name, text := range map[string]string{
		"passwd":     passwd,
		"group":      group,
		"hosts":      hosts + c.names(),
		"machine-id": strings.Repeat("7e57", 8) + "\n",
	} {
		file, target := filepath.Join(stateDir, "etc", name), filepath.Join("/etc", name)
		if err := writeFile(file, text); err != nil {
			return err
		}
		if err := unix.Mount(file, target, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("cover %s: %w", target, err)
		}
	}
	return nil
}

// names is the line of hosts(5) for Config.Hosts.
func (c Config) names() string {
	if len(c.Hosts) == 0 {
		return ""
	}
	return "127.0.0.1 " + strings.Join(c.Hosts, " ") + "\n"
}

// makeDirs makes the directories that a boot and a login make.
func (c Config) makeDirs() error {
	for _, dir := range []string{
		"/run/systemd/system", // a booted system has it: sd_booted(3)
		filepath.Dir(c.runtimeDir()),
		filepath.Dir(c.Home),
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{c.runtimeDir(), c.Home} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		if err := os.Chown(dir, c.UID, c.UID); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes a small file and makes its directory.
func writeFile(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
