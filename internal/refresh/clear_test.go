package refresh

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// gh's files go when it is logged in nowhere, and no others.
func TestClearGH(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, hosts string
		stay        bool
	}{
		{"no hosts.yml", "absent", false},
		{"empty", "", false},
		{"logged out", "{}\n", false},
		{"logged in", "github.com:\n    oauth_token: x\n", true},
	} {
		dir := private(t)
		files := map[string]string{"config.yml": "version: 1\n", "theirs": ""}
		if test.hosts != "absent" {
			files["hosts.yml"] = test.hosts
		}
		stamp := ghStamp{"0", "github.localhost", told, mint.Secret(files["config.yml"]).SHA256(), dir}
		if err := stamp.write(filepath.Join(dir, defaultStamp)); err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"config.yml", "hosts.yml"} {
			if err := (&Refresher{Dir: dir}).ClearGH(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 4, false: 2}[test.stay]; len(entries) != want {
			t.Errorf("%s: left %v, want %d files", test.name, entries, want)
		}
	}
	if err := (&Refresher{}).ClearGH(filepath.Join(private(t), "nowhere/hosts.yml")); err != nil {
		t.Errorf("no directory: %v", err)
	}
}

// gh's config.yml goes only as gh has made it because of us.
func TestClearGHConfig(t *testing.T) {
	t.Parallel()
	sum := mint.Secret("gh's\n").SHA256()
	for _, test := range []struct {
		name, holds string
		stamp       ghStamp
		stay        bool
	}{
		{"as gh made it", "gh's\n", ghStamp{config: sum}, false},
		{"made by a run that was killed", "gh's\n", ghStamp{config: configNew}, false},
		{"with an alias", "gh's, and mine\n", ghStamp{config: sum}, true},
		{"there before us", "gh's\n", ghStamp{config: configStood}, true},
		{"of another directory", "gh's\n", ghStamp{config: sum, dir: "/elsewhere"}, true},
		{"without a stamp", "gh's\n", ghStamp{}, true},
	} {
		r := &Refresher{Dir: private(t)}
		path := filepath.Join(private(t), "config.yml")
		write(t, path, test.holds)
		if test.stamp != (ghStamp{}) {
			test.stamp.token, test.stamp.host, test.stamp.state, test.stamp.dir = "0", "h", told, cmp.Or(test.stamp.dir, filepath.Dir(path))
			if err := test.stamp.write(filepath.Join(r.Dir, defaultStamp)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.ClearGH(path); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if _, err := os.Lstat(path); (err == nil) != test.stay {
			t.Errorf("%s: %v, want that it stays: %t", test.name, err, test.stay)
		}
	}
}

// What is not a file that gh writes is left, and all else with it.
func TestClearGHLeavesOddities(t *testing.T) {
	t.Parallel()
	dir := private(t)
	if err := os.WriteFile(filepath.Join(dir, "config.yml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "hosts.yml")); err != nil {
		t.Fatal(err)
	}
	if err := (&Refresher{Dir: dir}).ClearGH(filepath.Join(dir, "config.yml")); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "config.yml")); err != nil {
		t.Error(err)
	}
}
