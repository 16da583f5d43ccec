package testtakopi

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
)

// requirements are what pip fetches for the machine. The newest that fits is
// taken when the root is made.
var requirements = []string{"takopi>=0.22,<0.23", "takopi-discord", "uv"}

// files are the machine's settings: uv finds all packages in /opt/wheels, for
// there is no network, and the user may run anything as root, without a password.
var files = []struct {
	path, text string
	mode       os.FileMode
}{
	{"etc/uv/uv.toml", "find-links = [\"/opt/wheels\"]\nno-index = true\noffline = true\npython-downloads = \"never\"\n", 0o644},
	{"etc/sudoers.d/" + testboot.User, testboot.User + " ALL=(ALL) NOPASSWD: ALL\n", 0o440},
}

// Root makes the root of a machine that Takopi can be installed on, with uv, or
// finds it in the cache, as [testboot.Root] does. Debian has Python 3.14 from
// forky on; the packages from PyPI are fetched with this machine's pip, whatever
// Python that runs on.
func Root(ctx context.Context) (string, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %v", requirements, files))
	extra := testboot.Extra{Name: fmt.Sprintf("takopi-%x", sum[:4]), Add: addTakopi}
	return testboot.RootWith(ctx, "forky", extra, "python3.14", "git", "sudo")
}

func addTakopi(ctx context.Context, tree string) error {
	wheels := filepath.Join(tree, "opt/wheels")
	args := []string{"-m", "pip", "download", "--quiet", "--dest", wheels, "--python-version", "3.14", "--only-binary=:all:"}
	if out, err := exec.CommandContext(ctx, "python3", append(args, requirements...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("pip download: %w\n%s", err, out[max(0, len(out)-2000):])
	}
	if err := addUV(wheels, filepath.Join(tree, "usr/local/bin/uv")); err != nil {
		return fmt.Errorf("uv: %w", err)
	}
	for _, f := range files {
		path := filepath.Join(tree, f.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.text), f.mode); err != nil {
			return err
		}
	}
	return nil
}

// addUV takes the program out of uv's wheel, whose scripts are not Python's.
func addUV(wheels, path string) error {
	names, _ := filepath.Glob(filepath.Join(wheels, "uv-*.whl"))
	if len(names) != 1 {
		return fmt.Errorf("wheels: %v", names)
	}
	z, err := zip.OpenReader(names[0])
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".data/scripts/uv") {
			return extract(f, path)
		}
	}
	return errors.New("the wheel holds no program")
}

func extract(f *zip.File, path string) error {
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}
