package plan

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A savedFile is one entry of a tree.
type savedFile struct {
	path string // below the tree's root
	mode fs.FileMode
	text string // a file's content, or where a link leads
}

// save reads the tree below root.
func save(t *testing.T, root string) (files []savedFile) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := savedFile{strings.TrimPrefix(path, root), info.Mode(), ""}
		var text []byte
		switch {
		case info.Mode().IsRegular():
			text, err = os.ReadFile(path)
			f.text = string(text)
		case isLink(path):
			f.text, err = os.Readlink(path)
		}
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// restore makes the tree below root be what it was when it was saved.
func restore(t *testing.T, root string, files []savedFile) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(root)
	must(err)
	for _, e := range entries {
		must(os.RemoveAll(filepath.Join(root, e.Name())))
	}
	for _, f := range files {
		path := root + f.path
		switch {
		case f.mode.IsDir():
			must(os.Mkdir(path, 0o700))
			must(os.Chmod(path, f.mode))
		case f.mode.IsRegular():
			write(t, path, f.text, f.mode)
		default:
			symlink(t, f.text, path)
		}
	}
}

func wantTree(t *testing.T, what string, got, want []savedFile) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	all := map[string][2]string{}
	for i, files := range [][]savedFile{got, want} {
		for _, f := range files {
			both := all[f.path]
			both[i] = fmt.Sprintf("%v %q", f.mode, f.text)
			all[f.path] = both
		}
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if both := all[path]; both[0] != both[1] {
			t.Errorf("%s: %s is\n%s\nwant\n%s", what, path, both[0], both[1])
		}
	}
}

// tokenEditor edits files of tokens such as "a=1;theirs", of which some keys are
// ours.
type tokenEditor struct{}

func tokens(src []byte) []string {
	if len(src) == 0 {
		return nil
	}
	return strings.Split(string(src), ";")
}

func tokenOf(all []string, key string) int {
	return slices.IndexFunc(all, func(token string) bool { return strings.HasPrefix(token, key+"=") })
}

func (tokenEditor) Earlier(src []byte, keys []string) (map[string]string, error) {
	earlier := map[string]string{}
	for _, key := range keys {
		earlier[key] = ""
		if i := tokenOf(tokens(src), key); i >= 0 {
			earlier[key] = tokens(src)[i]
		}
	}
	return earlier, nil
}

func (tokenEditor) Values(src []byte, keys []string) (map[string]string, error) {
	values := map[string]string{}
	for _, key := range keys {
		if i := tokenOf(tokens(src), key); i >= 0 {
			values[key] = strings.TrimPrefix(tokens(src)[i], key+"=")
		}
	}
	return values, nil
}

func (tokenEditor) GiveBack(src []byte, earlier map[string]string) ([]byte, error) {
	all := tokens(src)
	for key, token := range earlier {
		switch i := tokenOf(all, key); {
		case i >= 0 && token == "":
			all = slices.Delete(all, i, i+1)
		case i >= 0:
			all[i] = token
		case token != "":
			all = append(all, token)
		}
	}
	return []byte(strings.Join(all, ";")), nil
}

// setTokens is an Edit that gives keys a value.
func setTokens(keys []string, value string) func([]byte) ([]byte, error) {
	return func(before []byte) ([]byte, error) {
		all := tokens(before)
		for _, key := range keys {
			token := key + "=" + value
			if i := tokenOf(all, key); i >= 0 {
				all[i] = token
			} else {
				all = append(all, token)
			}
		}
		return []byte(strings.Join(all, ";")), nil
	}
}
