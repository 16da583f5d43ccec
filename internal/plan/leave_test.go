package plan

import (
	"os"
	"path/filepath"
	"testing"
)

// Each row: the directories that stand when a destroy was killed that was about to remove
// m and m/n, where the manifest is then, and what of them stays.
func TestFinish(t *testing.T) {
	for _, tt := range []struct {
		name       string
		dirs       []string
		file       string
		top        string
		want, gone []string
	}{
		{name: "nothing was killed", dirs: []string{"m/n"}, want: []string{"m/n"}},
		{name: "all directories", dirs: []string{"m/n"}, file: leavingName, top: "m", gone: []string{"m"}},
		{name: "one is gone", dirs: []string{"m"}, file: leavingName, top: "m", gone: []string{"m"}},
		{name: "both are gone", file: leavingName, top: "m"},
		{name: "one was to stay", dirs: []string{"m/n"}, file: "m/" + leavingName, top: "m/n", want: []string{"m"}, gone: []string{"m/n"}},
		{name: "something has come up", dirs: []string{"m/n", "m/theirs"}, file: leavingName, top: "m", want: []string{"m/theirs"}, gone: []string{"m/n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			manifest := filepath.Join(root, "m/n", ManifestName)
			for _, dir := range tt.dirs {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			want := ""
			if tt.file != "" {
				write(t, filepath.Join(root, tt.file), "{}", 0o600)
				want = filepath.Join(root, tt.top)
			}
			if got, err := Unfinished("", manifest); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
			if err := Finish("", manifest); err != nil {
				t.Fatal(err)
			}
			for _, path := range tt.want {
				if !fileExists(filepath.Join(root, path)) {
					t.Errorf("%s is gone", path)
				}
			}
			for _, path := range append(tt.gone, tt.file) {
				if path != "" && fileExists(filepath.Join(root, path)) {
					t.Errorf("%s is there", path)
				}
			}
		})
	}
}

// A file that has taken the place of a directory is somebody's.
func TestFinishRemovesNoFile(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, leavingName), "{}", 0o600)
	write(t, filepath.Join(root, "m"), "mine", 0o600)
	if err := Finish("", filepath.Join(root, "m/n", ManifestName)); err != nil {
		t.Fatal(err)
	}
	wantFile(t, filepath.Join(root, "m"), "mine", 0o600)
}
