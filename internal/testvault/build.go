package testvault

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"golang.org/x/sys/unix"
)

// Build gives the server's program, which is built once for each state of its
// sources, into the user's cache directory: that takes a few minutes and the module
// proxy. Where it cannot be had it skips the test, or fails it where the
// environment variable CI is "true".
func Build(t testing.TB) (program string) {
	t.Helper()
	program, err := build()
	testneed.OK(t, err)
	return program
}

func build() (program string, err error) {
	_, self, _, _ := runtime.Caller(0)
	src := filepath.Join(filepath.Dir(self), "server")
	sum, err := sumOf(src)
	if err != nil {
		return "", err
	}
	return once("testvault-"+sum, func(program string) error {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
		cmd.Dir = src
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("vault could not be built: %w\n%s", err, out)
		}
		return nil
	})
}

// once gives a program of the user's cache directory, which it has made if it is not
// there. Of all test programs one makes it, and the others wait.
func once(name string, makeIt func(program string) error) (program string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	program = filepath.Join(cache, "ghauth-provision", name)
	if err := os.MkdirAll(filepath.Dir(program), 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(program+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := makeIt(program + ".new"); err != nil {
		return "", err
	}
	return program, os.Rename(program+".new", program)
}

// sumOf tells states of the server's sources apart, and of the compiler.
func sumOf(dir string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version(), runtime.GOARCH)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(sum, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), nil
}
