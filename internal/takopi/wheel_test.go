package takopi

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

func newWheel(t *testing.T, binary string) Wheel {
	t.Helper()
	w, err := NewWheel(binary)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWheelIsReproducible(t *testing.T) {
	a, b, other := newWheel(t, "/opt/x"), newWheel(t, "/opt/x"), newWheel(t, "/opt/y")
	if a.Name != b.Name || !bytes.Equal(a.Data, b.Data) {
		t.Error("the same path gives two wheels")
	}
	if a.Version == other.Version {
		t.Errorf("another path gives the same version, %s", a.Version)
	}
	for _, path := range []string{"", "x", "/\xff"} {
		if _, err := NewWheel(path); err == nil {
			t.Errorf("NewWheel(%q) has made one", path)
		}
	}
}

// python runs the machine's own interpreter, which need not be one that Takopi
// itself runs on.
func python(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("python3", args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("python3 %.80q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// install has pip install the wheel of a plugin that runs binary, and gives what
// PYTHONPATH has to be.
func install(t *testing.T, binary string) (env []string) {
	t.Helper()
	testneed.Run(t, "python3", "-m", "pip", "--version")
	dir, w := t.TempDir(), newWheel(t, binary)
	path := filepath.Join(dir, w.Name)
	if err := os.WriteFile(path, w.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	site := filepath.Join(dir, "site")
	python(t, nil, "-m", "pip", "install", "--quiet", "--no-index", "--target", site, path)
	stand, err := filepath.Abs("testdata/python")
	if err != nil {
		t.Fatal(err)
	}
	return []string{"PYTHONPATH=" + site + ":" + stand, "PYTHONDONTWRITEBYTECODE=1"}
}

// TestWheelInstalls: pip takes the wheel, and Python then finds what it says.
func TestWheelInstalls(t *testing.T) {
	const path = `/srv/a "b" \ ü/ghauth-provision`
	env := install(t, path)
	got := python(t, env, "-c", `
import takopi_ghauth
from importlib.metadata import distribution
d = distribution("takopi-ghauth")
assert sum(f.hash is not None and f.hash.mode == "sha256" for f in d.files) >= 4, d.files
print(d.version, d.requires, takopi_ghauth.BACKEND.id, takopi_ghauth.BINARY)`)
	if want := newWheel(t, path).Version + " None ghauth " + path; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
