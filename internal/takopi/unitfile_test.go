package takopi

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestUnitFiles(t *testing.T) {
	own, shared := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		own + "/takopi.service":               "[Unit]\nUser=nobody\n[Service]\n; EnvironmentFile=/no\nExecStart=%h/start.sh\nEnvironmentFile=-%h/a.env\nEnvironmentFile=%E/takopi/*.env\n",
		own + "/takopi.service.d/b.conf":      "[Service]\nEnvironment=\"PATH=/bin GH_HOST=\" GH_TOKEN=canary \\\n  'GITHUB_TOKEN=canary'\n",
		own + "/takopi.service.d/c.conf":      "[Service]\nEnvironmentFile=\nEnvironmentFile=/c%%.env\n",
		shared + "/takopi.service":            "[Service]\nEnvironmentFile=/shadowed.env\n",
		shared + "/takopi.service.d/c.conf":   "[Service]\nEnvironmentFile=/shadowed.env\n",
		shared + "/takopi@.service":           "[Service]\nUser=%i\nEnvironmentFile=/home/%i/t.env\n",
		shared + "/takopi@x.service.d/z.conf": "[Service]\nEnvironment=GH_TOKEN=canary\n",
		shared + "/takopi-now.service":        "[Service]\nType=oneshot\n",
		shared + "/bot.service":               "[Service]\nUser=7\nEnvironment=GH_TOKEN=canary\nEnvironment=\n",
		shared + "/other.service":             "[Service]\nEnvironmentFile=/other.env\n",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	got := UnitFiles([]string{own, "/no/such", shared}, []string{"bot.service", "takopi@x.service", "gone.service"}, Specifiers{"/home/ada", "/home/ada/.config"})
	want := []Unit{
		{Name: "bot.service", User: "7"},
		{Name: "takopi-now.service", Oneshot: true},
		{Name: "takopi.service", Files: []string{"/c%.env"}, Variables: []string{"PATH", "GH_TOKEN", "GITHUB_TOKEN"}},
		{Name: "takopi@.service", User: "*", Files: []string{"/home/*/t.env"}},
		{Name: "takopi@x.service", User: "x", Files: []string{"/home/x/t.env"}, Variables: []string{"GH_TOKEN"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	// Without the drop-in that begins anew, and the one behind it.
	if err := errors.Join(os.Remove(own+"/takopi.service.d/c.conf"), os.Remove(shared+"/takopi.service.d/c.conf")); err != nil {
		t.Fatal(err)
	}
	got = UnitFiles([]string{own, shared}, nil, Specifiers{"/home/ada", "/home/ada/.config"})
	if want := []string{"/home/ada/a.env", "/home/ada/.config/takopi/*.env"}; !reflect.DeepEqual(got[1].Files, want) {
		t.Errorf("got %q, want %q", got[1].Files, want)
	}
}
