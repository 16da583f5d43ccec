package main_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
)

// What docs/fleet.md has one run.
const (
	fleetApply    = "ansible-playbook -i inventory.yml apply.yml"
	fleetCheck    = "ansible-playbook -i inventory.yml apply.yml --check"
	fleetForget   = "ansible build-2.example.com -i inventory.yml -a 'rm .config/vault/secret-id'"
	fleetRevoke   = "ansible-playbook -i inventory.yml revoke-host.yml -e lost=build-2.example.com"
	fleetLockdown = "ansible build-2.example.com -i inventory.yml -a '.local/bin/ghauth-provision lockdown'"
)

// And before, as whoever rules Vault: the last one prints the operator's token.
var fleetVault = []string{
	"vault auth enable approle",
	"vault policy write ghauth-operator operator-policy.hcl",
	"vault token create -policy=ghauth-operator -no-default-policy -ttl=1h",
}

// TestFleet runs examples/fleet as it stands, by a real ansible over a real ssh, on
// three booted hosts, with a real Vault that alone has the key.
// Fault: lost-host
func TestFleet(t *testing.T) {
	f := newFleet(t)

	f.wantChanges(f.run(fleetApply), "all")
	f.wantMinted(3)
	for _, name := range f.names() {
		f.wantOn(name, 0, "stat -c %a .config/vault/secret-id .config/vault; ls .config/takopi", "600\n700\nghauth-manifest.json\ngithub-app.env\ngithub-token.env\n")
	}
	f.wantChanges(f.run(fleetApply), "none")
	f.wantMinted(3)

	f.wantMended()

	// What would change is told, and then changes; and who has lost its role is let in anew.
	f.forget("auth/approle/role/ghauth-host-build-1.example.com")
	f.append("ghauth.hcl", "refresh {\n  interval = \"2m\"\n}\n")
	const elapses = "cat .config/systemd/user/takopi-github-token-refresh.timer"
	f.wantChanges(f.run(fleetCheck), "all")
	f.wantOn("build-1.example.com", 0, elapses, "OnCalendar=*:0/5")
	f.wantChanges(f.run(fleetApply), "all")
	f.wantOn("build-1.example.com", 0, elapses, "OnCalendar=*:0/2")

	// One host is lost.
	const mints = ".local/bin/ghauth-provision mint --force"
	f.wantContains(f.run(fleetRevoke), "build-2.example.com gets no new token")
	f.wantOn("build-2.example.com", 77, mints, "invalid role or secret ID")
	f.wantOn("build-1.example.com", 0, mints, "takopi: new token")
	f.wantOn("build-3.example.com", 0, mints, "takopi: new token")
	f.wantMinted(5)
	f.run(fleetLockdown)
	if n := f.revoked(); n != 1 {
		t.Errorf("%d tokens are revoked, want that of the lost host", n)
	}

	// The policy alone is enough.
	f.forget("sys/policies/acl/ghauth-host-build-3.example.com")
	f.wantOn("build-3.example.com", 77, mints, `give the role a policy with path "transit/keys/takopi"`)

	f.wantDocumented()
	if v := f.github.Violations(); len(v) > 0 {
		t.Errorf("violations of GitHub's description:\n%s", strings.Join(v, "\n"))
	}
}

// run runs a command line where the playbooks are, and looks for secrets in all that
// it prints.
func (f *fleet) run(line string) string {
	f.Helper()
	out, err := f.start(line)
	if err != nil {
		f.Fatalf("%s: %v\n%s", line, err, out)
	}
	return out
}

// start is run for what may fail.
func (f *fleet) start(line string) (string, error) {
	f.Helper()
	f.ran = append(f.ran, line)
	cmd := exec.CommandContext(f.Context(), "sh", "-c", line)
	cmd.Dir, cmd.Env = f.dir, f.env
	out, err := cmd.CombinedOutput()
	for _, secret := range f.secrets() {
		if bytes.Contains(out, []byte(secret)) {
			f.Errorf("%s prints a secret", line)
		}
	}
	return string(out), err
}

var recapLine = regexp.MustCompile(`(?m)^(build-\S+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=0`)

// wantChanges wants a playbook to have gone well on all hosts, and to have changed
// something on all or on none.
func (f *fleet) wantChanges(out, which string) {
	f.Helper()
	hosts := recapLine.FindAllStringSubmatch(out, -1)
	if len(hosts) != len(f.machines) {
		f.Fatalf("%d hosts went well:\n%s", len(hosts), out)
	}
	for _, h := range hosts {
		if changed := h[2] != "0"; changed != (which == "all") {
			f.Errorf("%s has %s changes, want them on %s:\n%s", h[1], h[2], which, out)
		}
	}
}

// wantOn runs a script as a host's user.
func (f *fleet) wantOn(name string, status int, script string, texts ...string) {
	f.Helper()
	var out bytes.Buffer
	c := testboot.Cmd{User: testboot.User, Stdout: &out, Stderr: &out}
	got, err := f.machines[name].Run(f.Context(), c, "sh", "-c", script)
	if err != nil || got != status {
		f.Errorf("%s: %s: status %d, %v, want %d\n%s", name, script, got, err, status, &out)
	}
	for _, text := range texts {
		f.wantContains(out.String(), text)
	}
}

func (f *fleet) wantContains(out, text string) {
	f.Helper()
	if !strings.Contains(out, text) {
		f.Errorf("want %q in:\n%s", text, out)
	}
}

func (f *fleet) wantMinted(n int) {
	f.Helper()
	if got := len(f.github.Minted()); got != n {
		f.Errorf("%d tokens were minted, want %d", got, n)
	}
}

func (f *fleet) revoked() (n int) {
	for _, token := range f.github.Minted() {
		if token.Revoked {
			n++
		}
	}
	return n
}

// wantDocumented wants docs/fleet.md to have nobody run what was not run here.
func (f *fleet) wantDocumented() {
	f.Helper()
	data, err := os.ReadFile("../../docs/fleet.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range []string{fleetApply, fleetCheck, fleetForget, fleetRevoke, fleetLockdown} {
		f.wantContains(string(data), "\n"+line+"\n")
	}
	for _, b := range blocksOf(string(data), carried...) {
		for line := range strings.Lines(b.text) {
			if !slices.Contains(f.ran, strings.TrimSuffix(line, "\n")) {
				f.Errorf("docs/fleet.md:%d: the test does not run %s", b.line, line)
			}
		}
	}
}

// forget has Vault delete something.
func (f *fleet) forget(path string) {
	f.Helper()
	if _, err := f.vault.Do(http.MethodDelete, path, nil); err != nil {
		f.Fatal(err)
	}
}

// append adds to a file of the copy that is worked with.
func (f *fleet) append(name, text string) {
	f.Helper()
	path := filepath.Join(f.dir, name)
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, fmt.Appendf(data, "\n%s", text), 0o644)
	}
	if err != nil {
		f.Fatal(err)
	}
}
