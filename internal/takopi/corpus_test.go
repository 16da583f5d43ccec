package takopi

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// wanted is the table as the project's template renders it.
const wanted = `[plugins.ghauth]
token_env_file = "~/.config/takopi/github-token.env"
refresh_script = "~/.local/bin/takopi-refresh-github-token"
run_refresh_with = []
max_token_age_minutes = 55
refresh_timeout_seconds = 30
`

var ourKeys = []string{
	"token_env_file", "refresh_script", "run_refresh_with", "max_token_age_minutes", "refresh_timeout_seconds",
}

// corpus returns the files of testdata/corpus by their paths.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/corpus/*.toml")
	if err != nil || len(paths) < 30 {
		t.Fatalf("corpus: %d files, %v", len(paths), err)
	}
	files := make(map[string][]byte)
	for _, path := range paths {
		if files[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// Each file of the corpus has what Set makes of it, or the refusal, beside it.
//
// Fault: toml-layout
func TestCorpus(t *testing.T) {
	for path, src := range corpus(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			before := bytes.Clone(src)
			got, err := Set(src, []byte(wanted), nil)
			if !bytes.Equal(src, before) {
				t.Error("Set wrote into its input")
			}
			checkGolden(t, strings.TrimSuffix(path, ".toml")+".golden", got, err)
			if err != nil {
				if _, ok := errors.AsType[*Error](err); !ok || got != nil {
					t.Errorf("Set = %q, %T, want nothing and an *Error", got, err)
				}
				return
			}
			checkInvariants(t, src, got)
			if a, b := foreignLines(src), foreignLines(got); !slices.Equal(a, b) {
				t.Errorf("other lines differ:\ngot  %q\nwant %q", b, a)
			}
		})
	}
}

// checkGolden compares Set's outcome with a golden file.
func checkGolden(t *testing.T, path string, got []byte, err error) {
	t.Helper()
	if err != nil {
		got = []byte("error: " + err.Error() + "\n")
	}
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// checkInvariants holds what Set made of src to all that it promises.
func checkInvariants(t *testing.T, src, set []byte) {
	t.Helper()
	again, err := Set(set, []byte(wanted), nil)
	if err != nil || !bytes.Equal(again, set) {
		t.Errorf("Set again = %q, %v, want %q", again, err, set)
	}
	table, err := Table(set)
	want, _ := Table([]byte(wanted))
	for _, key := range ourKeys {
		if err != nil || !same(table[key], want[key]) {
			t.Errorf("%s = %v, %v, want %v", key, table[key], err, want[key])
		}
	}
	checkReturn(t, src, set)
}

// checkReturn takes the keys out of set again, and gives those back that src
// had.
func checkReturn(t *testing.T, src, set []byte) {
	t.Helper()
	earlier, err := Extract(src, ourKeys)
	if err != nil {
		t.Fatalf("Extract: %v", err)
	}
	had, err := Table(src)
	if err != nil {
		t.Fatal(err)
	}
	ours := slices.DeleteFunc(slices.Clone(ourKeys), func(key string) bool {
		_, ok := had[key]
		return ok
	})
	got, err := Unset(set, ours)
	if err == nil && earlier != nil {
		got, err = Set(got, earlier, nil)
	}
	if err != nil || !bytes.Equal(got, src) {
		t.Errorf("and back = %q, %v, want %q", got, err, src)
	}
	// Whatever the file was, all the keys can be taken out of it.
	bare, err := Unset(set, ourKeys)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Reason, "inline") {
			t.Errorf("Unset of all keys: %v", err)
		}
		return
	}
	if left, err := Extract(bare, ourKeys); err != nil || left != nil {
		t.Errorf("Unset left %q, %v", left, err)
	}
}

// foreignLines returns the lines that hold none of our keys, nor the header,
// nor nothing, without their ends.
func foreignLines(src []byte) []string {
	text := strings.ReplaceAll(strings.TrimPrefix(string(src), byteOrderMark), "\r\n", "\n")
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		mentions := func(key string) bool { return strings.Contains(line, key) }
		line = strings.TrimSpace(line)
		return line == "" || line == tableHeader || slices.ContainsFunc(ourKeys, mentions)
	})
}
