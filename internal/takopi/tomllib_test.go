package takopi

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// readFile is how Takopi reads its file: with Python's own parser.
const readFile = `
import sys, tomllib
for path in sys.argv[1:]:
    with open(path, "rb") as f:
        print(tomllib.load(f)["plugins"]["ghauth"]["max_token_age_minutes"], path)
`

// What Set makes is valid to the parser that Takopi uses, too.
func TestTomllibReads(t *testing.T) {
	testneed.Run(t, "python3", "-c", "import tomllib")
	args := []string{"-c", readFile}
	for path, src := range corpus(t) {
		// Python takes a byte order mark for a key, so Takopi refuses such a
		// file with or without our table.
		if _, err := Set(src, []byte(wanted), nil); err == nil && !strings.HasPrefix(string(src), byteOrderMark) {
			args = append(args, strings.TrimSuffix(path, ".toml")+".golden")
		}
	}
	out, err := exec.Command("python3", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("tomllib: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "55 ") {
			t.Errorf("max_token_age_minutes: %s", line)
		}
	}
	if got, want := strings.Count(string(out), "\n"), len(args)-2; got != want {
		t.Errorf("tomllib read %d files, want %d", got, want)
	}
}
