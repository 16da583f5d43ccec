package main_test

import (
	"crypto/rsa"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// nobody is in every passwd(5).
const nobody = 65534

// TestRootBecomesTheOwner: what sudo runs writes as the owner of the key
// directory all the same, and could not do otherwise.
//
// Fault: root
func TestRootBecomesTheOwner(t *testing.T) {
	testneed.Root(t)
	server := githubtest.New()
	key, pem := githubtest.Key(0)
	server.AddApp(githubtest.App{ID: 1, Keys: []*rsa.PublicKey{&key.PublicKey}})
	server.AddInstallation(githubtest.Installation{ID: 2, AppID: 1, Owner: "octo-org"})
	url, stop, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()

	dir := filepath.Join(tools, "nobody")
	app := fmt.Sprintf(`GITHUB_APP_NAME='takopi'
GITHUB_APP_ID='1'
GITHUB_APP_INSTALLATION_ID='2'
GITHUB_APP_PRIVATE_KEY_PATH='%s/github-app.pem'
GITHUB_API_URL='%s'
GITHUB_HOST='github.localhost'
GHAUTH_RENEW_WITHIN='30m0s'
GHAUTH_TIMEOUT='10s'
GHAUTH_GH_LOGIN='true'
`, dir, url)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.Mkdir(dir, 0o700))
	check(os.Chown(dir, nobody, nobody))
	for name, data := range map[string][]byte{"github-app.pem": pem, "github-app.env": []byte(app)} {
		check(os.WriteFile(filepath.Join(dir, name), data, 0o600))
		check(os.Chown(filepath.Join(dir, name), nobody, nobody))
	}
	// A gh that tells who it is, and for whom.
	bin := filepath.Join(tools, "fake")
	check(os.Mkdir(bin, 0o755))
	check(os.WriteFile(filepath.Join(bin, "gh"), []byte("#!/bin/sh\necho \"$(id -u) $(id -G) $HOME $USER\" >"+dir+"/who\n"), 0o755))

	cmd := exec.Command(filepath.Join(tools, "bin/ghauth-provision"), "mint", "--config-dir", dir)
	cmd.Env = []string{"HOME=" + tools, "USER=root", "PATH=" + bin + ":/usr/bin:/bin", "XDG_CONFIG_HOME=" + tools + "/.config"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"github-token.env", ".ghauth.lock", "github-token.gh"} {
		info, err := os.Lstat(filepath.Join(dir, name))
		check(err)
		if st := info.Sys().(*syscall.Stat_t); st.Uid != nobody || st.Gid != nobody || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: uid %d, gid %d, mode %04o", name, st.Uid, st.Gid, info.Mode().Perm())
		}
	}
	who, err := os.ReadFile(filepath.Join(dir, "who"))
	check(err)
	if want := fmt.Sprintf("%d %[1]d /nonexistent nobody\n", nobody); string(who) != want {
		t.Errorf("gh ran as %q, want %q", who, want)
	}
}
