package plan

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that names another key directory is refused as long as the manifest there
// knows it, under whatever name of its directory.
func TestOwned(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	script := filepath.Join(root, "bin/script")
	write(t, script, filepath.Join(root, "old"), 0o755)
	write(t, filepath.Join(root, "new/x"), "", 0o600)
	symlink(t, "bin", filepath.Join(root, "linked"))
	const bad = "{"
	knowing := func(path string) string {
		return string(encode(map[string]Record{path: {Path: path, Kind: OfFile}}, false))
	}
	for _, test := range []struct {
		name, manifest, own, path string
		want                      error
	}{
		{"another's", knowing(script), "new", script, &OwnedError{}},
		{"another's, by a link", knowing(script), "new", filepath.Join(root, "linked/script"), &OwnedError{}},
		{"ours", knowing(script), "old", script, nil},
		{"of nobody's any more", knowing(filepath.Join(root, "old/key.pem")), "new", script, nil},
		{"of nobody's, whose key has the name", knowing(filepath.Join(root, "old/script")), "new", script, nil},
		{"without a manifest", "", "new", script, nil},
		{"with a broken one", bad, "new", script, &ManifestError{}},
	} {
		manifest := filepath.Join(root, "old", ManifestName)
		os.Remove(manifest)
		if test.manifest != "" {
			write(t, manifest, test.manifest, 0o600)
		}
		desired := State{UID: os.Getuid(), Manifest: filepath.Join(root, test.own, ManifestName), Files: []File{
			{Path: test.path, Kind: Regular, Mode: 0o755, Owner: func(content []byte) string { return string(content) }}}}
		err := Owned("", desired)
		var owned *OwnedError
		var broken *ManifestError
		switch test.want.(type) {
		case nil:
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		case *OwnedError:
			if !errors.As(err, &owned) || owned.Path != test.path || owned.Dir != filepath.Join(root, "old") || !strings.Contains(err.Error(), filepath.Join(root, test.own)) {
				t.Errorf("%s: got %v, want that %s is of %s/old", test.name, err, test.path, root)
			}
			if _, err := Observe(t.Context(), Host{}, desired); !errors.As(err, &owned) {
				t.Errorf("%s: Observe gives %v, want the same", test.name, err)
			}
		case *ManifestError:
			if !errors.As(err, &broken) {
				t.Errorf("%s: got %v, want that the manifest is broken", test.name, err)
			}
		}
	}
}
