package testboot

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// newRoot is where the machine's root file system is put together, below the
// directory that [Root] returned.
const newRoot = layerDir + "/root"

// etc is who and where the machine is. hosts has the names under which tests
// serve a GitHub of their own.
var etc = map[string]string{
	"hostname": "testboot\n",
	"hosts": `127.0.0.1 localhost github.localhost api.github.localhost
::1 localhost ip6-localhost
127.0.1.1 testboot
`,
}

// becomeInit turns the new namespaces into what systemd expects of a container's
// manager (systemd.io/CONTAINER_INTERFACE) and becomes systemd.
func (r request) becomeInit() error {
	runtime.LockOSThread() // capabilities belong to a thread
	unix.Umask(0o022)
	if err := os.Chdir(r.Root); err != nil {
		return err
	}
	for _, step := range []func() error{
		r.mountRoot, writeEtc, mountKernel, openPorts, lockKernel, makeDev, enterRoot, dropCapabilities,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	err := unix.Exec("/sbin/init", []string{"/sbin/init"}, []string{"container=testboot"})
	return fmt.Errorf("/sbin/init: %w", err)
}

// mountRoot mounts the tree so that writes go to a tmpfs, which goes with the
// mount namespace. Where the kernel refuses the overlay, the tree is copied.
func (r request) mountRoot() error {
	if err := mount("tmpfs", layerDir, 0, "mode=755"); err != nil {
		return err
	}
	for _, name := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(filepath.Join(layerDir, name), 0o755); err != nil {
			return err
		}
	}
	// Relative names need no escaping in these options.
	const layers = "lowerdir=" + treeDir + ",upperdir=" + layerDir + "/upper,workdir=" + layerDir + "/work"
	if !r.Copy && mount("overlay", newRoot, 0, layers) == nil {
		return nil
	}
	if out, err := exec.Command("cp", "-a", "--reflink=auto", treeDir+"/.", newRoot).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the root: %w\n%s", err, out)
	}
	return bind(newRoot, newRoot) // pivot_root(2) wants a mount point
}

func writeEtc() error {
	for name, text := range etc {
		if err := os.WriteFile(filepath.Join(newRoot, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// mountKernel mounts the kernel's file systems. systemd mounts the rest.
func mountKernel() error {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	for _, m := range []struct {
		fstype, point string
		flags         uintptr
	}{
		{"proc", "proc", flags},
		{"sysfs", "sys", flags | unix.MS_RDONLY}, // so that no udevd is started
		{"cgroup2", "sys/fs/cgroup", flags},
	} {
		if err := mount(m.fstype, filepath.Join(newRoot, m.point), m.flags, ""); err != nil {
			return err
		}
	}
	return nil
}

// openPorts lets ordinary users bind any port (ip(7)), of this network namespace.
func openPorts() error {
	const name = newRoot + "/proc/sys/net/ipv4/ip_unprivileged_port_start"
	return os.WriteFile(name, []byte("0"), 0)
}

// lockKernel keeps the machine's systemd from setting parameters of the kernel,
// which is everybody's.
func lockKernel() error {
	const sys = newRoot + "/proc/sys"
	if err := bind(sys, sys); err != nil {
		return err
	}
	return mount("", sys, unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
}

// makeDev makes the devices of every container. PrivateDevices= in a unit wants
// all of them (systemd.exec(5)).
func makeDev() error {
	const dev = newRoot + "/dev"
	if err := mount("tmpfs", dev, unix.MS_NOSUID, "mode=755"); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		point := filepath.Join(dev, name)
		if err := os.WriteFile(point, nil, 0o666); err != nil {
			return err
		}
		if err := bind(filepath.Join("/dev", name), point); err != nil {
			return err
		}
	}
	return os.Symlink("pts/ptmx", filepath.Join(dev, "ptmx"))
}

// enterRoot leaves the machine that the tests run on (pivot_root(2)).
func enterRoot() error {
	if err := os.Chdir(newRoot); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount the old root: %w", err)
	}
	// Units with mount namespaces of their own follow the root's mounts.
	return mount("", "/", unix.MS_REC|unix.MS_SHARED, "")
}

// dropCapabilities takes from the machine for good what would change the kernel
// for everybody: its modules and its clock (capabilities(7), "bounding set").
func dropCapabilities() error {
	for _, capability := range []uintptr{unix.CAP_SYS_MODULE, unix.CAP_SYS_TIME} {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil {
			return fmt.Errorf("drop capability %d: %w", capability, err)
		}
	}
	return nil
}

func bind(from, to string) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", from, to, err)
	}
	return nil
}

func mount(fstype, point string, flags uintptr, data string) error {
	if err := unix.Mount(fstype, point, fstype, flags, data); err != nil {
		return fmt.Errorf("mount %s on %s: %w", fstype, point, err)
	}
	return nil
}
