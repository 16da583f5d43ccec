package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What a killed run has left goes, of the files that are named alone.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".f123456", ".f4294967295", ".f", ".fx1", ".f12345", ".g123456", "f", "f123456", "sub/.f123456", "sub/.h123456", ".f888888/mine"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".f999999"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Sweep(filepath.Join(dir, "f"), filepath.Join(dir, "sub/h"), filepath.Join(dir, "absent/f")); err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, dir), []string{".f", ".f12345", ".f888888", ".fx1", ".g123456", "f", "f123456", "sub"}; !slices.Equal(got, want) {
		t.Errorf("directory holds %q, want %q", got, want)
	}
	if got, want := names(t, filepath.Join(dir, "sub")), []string{".f123456"}; !slices.Equal(got, want) {
		t.Errorf("its directory holds %q, want %q", got, want)
	}
}

func TestLeftover(t *testing.T) {
	bases := map[string]bool{"f": true, "a1": true, "0": true}
	for name, want := range map[string]bool{
		".f123456": true, ".f4294967295": true, ".a1123456": true, ".0000000": true,
		".f12345": false, ".a112345": false, ".a123456": false, ".f": false, "f123456": false, ".f123456x": false, ".g123456": false,
		".123456": false, ".": false, "": false,
	} {
		if got := Leftover(name, bases); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

// What it takes to write many files of one directory grows with their number, not
// with its square.
func BenchmarkWriteManyFiles(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				for i := range n {
					if err := Write(filepath.Join(dir, fmt.Sprintf("github-token-%d.env", i)), []byte("x"), 0o600); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
